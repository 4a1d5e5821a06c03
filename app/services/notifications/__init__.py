"""Mail to users: queued in the outbox, and sent from there."""
