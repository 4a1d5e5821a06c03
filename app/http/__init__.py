"""What every API shares: middleware, request helpers, health, the metrics endpoint."""
