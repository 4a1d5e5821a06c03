"""The state that a file declares: read, compared with the database, applied and exported."""
