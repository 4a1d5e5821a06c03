"""User accounts and their profiles."""
