"""What Frontdesk is measured beside: the bare server, and the same endpoints as FastAPI teaches them."""
