"""Matomo's HTTP API (matomo-usersmanager.md): a thin adapter on the services."""
