"""``/internal/authorize``: which requests go on to Umami, and as whom."""
