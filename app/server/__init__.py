"""The production server: granian in front, a few threads per worker behind it."""
