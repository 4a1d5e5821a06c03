"""Messages to users: written into the outbox, sent from it."""
