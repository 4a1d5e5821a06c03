"""The wires: each parses, calls a service, presents."""
