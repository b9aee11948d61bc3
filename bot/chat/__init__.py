"""Connectors: where chat comes from, as events in their order.

Know nothing of triggers, filters, speech or each other.
"""
