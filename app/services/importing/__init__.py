"""Importing users, teams, websites and access from other programs (docs/importing.md)."""
