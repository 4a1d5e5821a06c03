"""What all APIs share: middleware, request helpers, error handling, health checks and the metrics endpoint."""
