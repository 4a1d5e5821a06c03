"""Routes: each function parses a request, calls a service, and returns what the response serializes."""
