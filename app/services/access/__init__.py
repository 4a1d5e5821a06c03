"""Who can see and change which website."""
