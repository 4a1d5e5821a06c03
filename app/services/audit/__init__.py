"""The audit log: who did what, when, with which credential and from where."""
