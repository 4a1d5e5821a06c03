"""Serving a database that Umami made and goes on using: recognizing it, repairing rows, adding what is ours, undoing."""
