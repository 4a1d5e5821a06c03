"""SQL constructs that differ between the databases, and the statements of lists."""
