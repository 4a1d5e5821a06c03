"""Invitations: creating, managing, accepting."""
