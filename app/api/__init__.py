"""The APIs. Each parses requests, calls services, and serializes what they return."""
