"""Measuring the running program, and the rigs that this takes."""
