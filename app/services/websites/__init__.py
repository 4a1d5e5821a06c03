"""Websites and their share links."""
