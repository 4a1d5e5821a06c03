"""Statements, built once. They are executed elsewhere, with the values that the strings below them name."""
