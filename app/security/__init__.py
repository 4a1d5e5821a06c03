"""Actors, permissions, passwords, tokens, throttling: no database, no HTTP."""
