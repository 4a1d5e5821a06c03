"""The reference servers: a bare route, and the same endpoints in FastAPI as its documentation teaches."""
