"""Statements that only Matomo's API asks for."""
