"""Use cases: each checks permission, applies the rules and writes in one transaction. Nothing else writes data."""
