"""Who may see and change which website."""
