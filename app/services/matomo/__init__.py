"""Operations that only Matomo's API offers, with users by username and websites by number."""
