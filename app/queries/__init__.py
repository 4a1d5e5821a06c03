"""Statements: built once, never executed here."""
