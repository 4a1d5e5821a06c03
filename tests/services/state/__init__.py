"""The state that a file declares."""
