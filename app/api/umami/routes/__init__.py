"""Routes. Each parses the request, calls a service, and returns its result."""
