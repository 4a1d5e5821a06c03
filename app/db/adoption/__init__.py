"""Adopting a database that Umami made and goes on using, and undoing that."""
