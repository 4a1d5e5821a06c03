"""Filters of the audit log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """Which events to list; None for all."""

    actor: str | None = None
    """The id, or the name at the time, of the user who acted."""
    action: str | None = None
    target: str | None = None
    """The id of what was changed, or its kind."""
    since: datetime | None = None
    until: datetime | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The values of the statement's filters, without those that are not set."""
        actor_id, target_id = _id(self.actor), _id(self.target)
        found = {
            "actor": None if actor_id else self.actor,
            "actor_id": actor_id,
            "action": self.action,
            "target_kind": None if target_id else self.target,
            "target_id": target_id,
            "since": self.since,
            "until": self.until,
        }
        return {name: value for name, value in found.items() if value is not None}


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
