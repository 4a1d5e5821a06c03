"""Webhooks: messages about events, queued when the audit log numbers them, and sent in the background."""
