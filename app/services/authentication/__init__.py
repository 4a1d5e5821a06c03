"""How callers prove who they are."""
