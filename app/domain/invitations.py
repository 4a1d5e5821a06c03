"""Limits of invitations."""

LEAST_DAYS, MOST_DAYS = 0.01, 365.0
"""How long a link is valid."""
MOST_GIVEN = 100
"""The most websites, and the most teams, in one invitation."""
