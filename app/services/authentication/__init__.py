"""Authentication of callers: passwords, sessions, access tokens and reset links."""
