"""Parts of SQL that both databases write in their own way, and the shapes of lists."""
