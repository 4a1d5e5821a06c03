"""Writing grants."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all
from app.db.session import Unit, retried
from app.db.sql.json_list import ids
from app.domain.errors import (
    Conflict,
    DomainError,
    HasAllAccess,
    OnlyViews,
    RowTwice,
    UnknownCapability,
    UnknownReference,
    UnknownRole,
)
from app.domain.roles import Role, SiteRole
from app.models import ANONYMOUS_ID, utcnow
from app.queries import files as queries
from app.queries.files import Holder
from app.queries.importing import hold_users, hold_websites
from app.runtime import runtime
from app.services import events
from app.services.access import grants, holders
from app.services.events import GrantsChanged
from app.services.importing.report import Kind, Outcome
from app.services.importing.rows import SiteGrantRow
from app.services.importing.run import Batch, Run, held

CONFLICTS: dict[str, type[Conflict]] = {"pk_website_grant": Conflict, "pk_website_capability": Conflict}
Pair = tuple[UUID, UUID]


@retried
def write_grants(run: Run, rows: Sequence[SiteGrantRow]) -> Batch:
    """Write grants in one transaction; see ``Run.write``."""
    batch = Batch()
    with run.transaction(CONFLICTS) as session:
        if any(row.user_id == ANONYMOUS_ID for row in rows):
            holders.ensure_anonymous(session)
        found = fetch_all(queries.hold_holders, ids=ids({row.user_id for row in rows}))
        users = {holder.id: holder for holder in found if holder.deleted_at is None}
        websites = held(hold_websites, {row.website_id for row in rows})
        pairs = {"website_ids": ids(websites), "user_ids": ids(users)}
        here = {(one.website_id, one.user_id): one.role for one in fetch_all(queries.select_grants, **pairs)}
        extra: dict[Pair, list[str]] = defaultdict(list)
        for one in fetch_all(queries.select_capabilities, **pairs):
            extra[one.website_id, one.user_id].append(one.capability)
        new: dict[Pair, SiteGrantRow] = {}
        for row in rows:
            pair = (row.website_id, row.user_id)
            error = _refusal(row, users.get(row.user_id), websites, again=pair in new)
            if error is not None:
                batch.report.skip(Kind.GRANTS, row, error)
            elif pair in here:
                run.compare(
                    batch, Kind.GRANTS, row, _differing(row, here[pair], extra[pair]), partial(_update, run, row)
                )
            else:
                new[pair] = row
        _insert(session, run, list(new.values()))
    batch.report.count(Kind.GRANTS, Outcome.CREATED, len(new))
    return batch


def _refusal(row: SiteGrantRow, user: Holder | None, websites: set[UUID], *, again: bool) -> DomainError | None:
    """Return why the grant cannot be here; None if it can. The rules are those of ``grants.set_access``."""
    unknown = [name for name in row.capabilities or () if name not in runtime().capabilities]
    if row.role not in list(SiteRole):
        return UnknownRole("role", row.role)
    if unknown:
        return UnknownCapability("capabilities", unknown[0])
    if row.website_id not in websites:
        return UnknownReference("website_id", "website")
    if user is None:
        return UnknownReference("user_id", "user")
    if user.role == Role.ADMIN:
        return HasAllAccess(user.username)
    if user.id == ANONYMOUS_ID and (row.role != SiteRole.VIEW or row.capabilities):
        return OnlyViews()
    return RowTwice() if again else None


def _explicit(row: SiteGrantRow) -> list[str]:
    """Return the capabilities that the role does not imply."""
    implied = runtime().capabilities.included_in(SiteRole(row.role))
    return [name for name in runtime().capabilities.ordered(row.capabilities or ()) if name not in implied]


def _differing(row: SiteGrantRow, role: str, extra: Sequence[str]) -> list[str]:
    other = row.capabilities is not None and set(_explicit(row)) != set(extra)
    return [*(["role"] if role != row.role else []), *(["capabilities"] if other else [])]


def _insert(session: Unit, run: Run, new: Sequence[SiteGrantRow]) -> None:
    if not new:
        return
    granters = held(hold_users, {row.granted_by for row in new if row.granted_by is not None})
    session.execute(queries.insert_grants, [_values(row, granters) for row in new])
    capabilities = [
        {"website_id": row.website_id, "user_id": row.user_id, "capability": name, "created_at": utcnow()}
        for row in new
        for name in _explicit(row)
    ]
    if capabilities:
        session.execute(queries.insert_capabilities, capabilities)
    made = [GrantsChanged(run.actor, row.user_id, [row.website_id], [], row.role, row.capabilities) for row in new]
    events.record_all(session, made)


def _values(row: SiteGrantRow, granters: set[UUID]) -> dict[str, Any]:
    created = row.created_at or utcnow()
    return {
        "website_id": row.website_id,
        "user_id": row.user_id,
        "role": row.role,
        "granted_by": row.granted_by if row.granted_by in granters else None,
        "created_at": created,
        "updated_at": row.updated_at or created,
    }


def _update(run: Run, row: SiteGrantRow) -> None:
    """Make a grant as it is in the file. :raises DomainError: a rule does not allow it"""
    role = SiteRole(row.role)
    grants.set_access(run.actor, row.user_id, [row.website_id], role, capabilities=row.capabilities)
