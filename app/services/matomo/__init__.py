"""What only Matomo's API promises, in logins and site numbers."""
