"""Invitations: made, shown, accepted."""
