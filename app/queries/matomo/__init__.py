"""Statements that only Matomo's API needs."""
