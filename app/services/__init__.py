"""Verbs: permission, transaction, rule. The only writers."""
