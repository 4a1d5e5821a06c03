"""Shared by all APIs: middleware, request helpers, errors, health, metrics."""
