"""Password hashing, tokens and throttling, without database or HTTP."""
