"""The parts of scripts/measure_filters.py, a section of its report each."""
