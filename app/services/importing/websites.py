"""Writing websites and their public links."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all
from app.db.session import Unit, retried, transaction
from app.db.sql.json_list import ids, texts
from app.domain.errors import Conflict, DomainError, SlugTaken, UnknownReference, UnsupportedShare
from app.domain.folding import sort_key
from app.domain.names import check_new_name
from app.domain.shared_views import EntityType
from app.queries import importing as queries
from app.queries.importing import ShareHere, WebsiteHere
from app.services import events
from app.services.events import ShareCreated, WebsiteCreated
from app.services.importing import numbers
from app.services.importing.report import Kind, Outcome
from app.services.importing.rows import ShareRow, WebsiteRow
from app.services.importing.run import Batch, Run, differing, held
from app.services.importing.users import DELETED_HERE, DELETED_THERE
from app.services.websites import moving, shares, websites

EDITABLE = ("name", "domain", "replay_enabled", "replay_config")
COMPARED = (*EDITABLE, "user_id", "team_id")
SHARE_COMPARED = ("name", "slug", "parameters")
NO_OWNER = ("no-owner", "belongs to no user and no team that was imported")


@dataclass(frozen=True, slots=True)
class _Known:
    """The users and teams that exist."""

    users: set[UUID]
    teams: set[UUID]

    @classmethod
    def of(cls, run: Run, rows: Sequence[WebsiteRow]) -> "_Known":
        users = {run.account(user) for row in rows for user in (row.user_id, row.created_by) if user is not None}
        users |= set() if run.options.owner_id is None else {run.options.owner_id}
        teams = {row.team_id for row in rows if row.team_id is not None}
        return cls(held(queries.hold_users, users), held(queries.hold_teams, teams))

    def user(self, run: Run, user_id: UUID | None) -> UUID | None:
        """Return the account here of a user of the source, if there is one."""
        found = None if user_id is None else run.account(user_id)
        return found if found in self.users else None


@retried
def write_websites(run: Run, rows: Sequence[WebsiteRow]) -> Batch:
    """Write websites in one transaction; see ``Run.write``."""
    batch = Batch()
    with run.transaction(websites.CONFLICTS) as session:
        known = _Known.of(run, rows)
        here = {row.id: row for row in fetch_all(queries.select_websites, ids=ids(row.id for row in rows))}
        new = []
        for given in rows:
            found = here.get(given.id)
            row = _checked(run, batch, known, given, found)
            if row is None:
                continue
            if found is None:
                new.append(row)
            else:
                run.compare(batch, Kind.WEBSITES, row, differing(row, found, COMPARED), partial(_update, run, row))
        if new:
            _insert(session, run, batch, new)
    return batch


def _checked(run: Run, batch: Batch, known: _Known, row: WebsiteRow, found: WebsiteHere | None) -> WebsiteRow | None:
    """Return the website as it is stored, with its owner here, or None, with a remark, if it cannot be."""
    user_id = known.user(run, row.user_id)
    team_id = row.team_id if user_id is None and row.team_id in known.teams else None
    if user_id is None and team_id is None and run.options.owner_id in known.users:
        user_id = run.options.owner_id
    why = None
    if row.deleted_at is not None:
        why = DELETED_THERE
    elif found is not None and found.deleted_at is not None:
        why = DELETED_HERE
    elif user_id is None and team_id is None:
        why = NO_OWNER
    if why is not None:
        batch.report.remark(Kind.WEBSITES, row, Outcome.SKIPPED, *why)
        return None
    try:
        if found is None or found.name != row.name:
            check_new_name(row.name)
    except DomainError as error:
        batch.report.skip(Kind.WEBSITES, row, error)
        return None
    return replace(row, user_id=user_id, team_id=team_id, created_by=known.user(run, row.created_by))


def _insert(session: Unit, run: Run, batch: Batch, new: Sequence[WebsiteRow]) -> None:
    session.execute(queries.insert_websites, [_values(row) for row in new])
    new = numbers.give(session, new)
    profiles = [
        {"website_id": row.id, "urls": list(row.urls), "settings": dict(row.settings)}
        for row in new
        if row.urls or row.settings
    ]
    if profiles:
        session.execute(queries.insert_profiles, profiles)
    batch.note_created(Kind.WEBSITES, new)
    created = [WebsiteCreated(run.actor, row.id, row.name, row.user_id, row.team_id) for row in new]
    events.record_all(session, created)


def _values(row: WebsiteRow) -> dict[str, Any]:
    return {
        "website_id": row.id,
        "name": row.name,
        "name_key": sort_key(row.name),
        "domain": row.domain,
        "user_id": row.user_id,
        "team_id": row.team_id,
        "created_by": row.created_by,
        "external_id": row.external_id,
        "replay_enabled": row.replay_enabled,
        "replay_config": row.replay_config,
        "reset_at": row.reset_at,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


@retried
def _update(run: Run, row: WebsiteRow) -> None:
    """Make a website as it is in the source. :raises DomainError: a rule does not allow it"""
    with transaction():
        stored = websites.update_website(run.actor, row.id, **{name: getattr(row, name) for name in EDITABLE})
        if (stored.user_id, stored.team_id) != (row.user_id, row.team_id):
            moving.move_website(run.actor, row.id, user_id=row.user_id, team_id=row.team_id)


@retried
def write_shares(run: Run, rows: Sequence[ShareRow]) -> Batch:
    """Write public links in one transaction; see ``Run.write``."""
    batch = Batch()
    with run.transaction({**shares.TAKEN, "pk_share": Conflict}) as session:
        found = fetch_all(queries.select_shares, ids=ids(row.id for row in rows), slugs=texts(row.slug for row in rows))
        here, taken = {row.id: row for row in found}, {row.slug: row.id for row in found}
        living = held(queries.hold_websites, {row.website_id for row in rows})
        new = []
        for row in rows:
            error = _refusal(row, here.get(row.id), taken, living)
            if error is not None:
                batch.report.skip(Kind.SHARES, row, error)
            elif row.id in here:
                changed = differing(row, here[row.id], SHARE_COMPARED)
                run.compare(batch, Kind.SHARES, row, changed, partial(_update_share, run, row))
            else:
                taken[row.slug] = row.id
                new.append(row)
        if new:
            session.execute(queries.insert_shares, [_share_values(row) for row in new])
            events.record_all(session, [ShareCreated(run.actor, row.website_id, row.id, row.name) for row in new])
    batch.report.count(Kind.SHARES, Outcome.CREATED, len(new))
    return batch


def _refusal(row: ShareRow, here: ShareHere | None, taken: dict[str, UUID], living: set[UUID]) -> DomainError | None:
    """Return why the link cannot be here; None if it can."""
    if row.share_type != EntityType.WEBSITE:
        return UnsupportedShare("share_type", EntityType.WEBSITE.value)
    if row.website_id not in living:
        return UnknownReference("website_id", "website")
    if here is None and row.slug in taken:
        return SlugTaken()
    return None


def _share_values(row: ShareRow) -> dict[str, Any]:
    return {
        "share_id": row.id,
        "entity_id": row.website_id,
        "name": row.name,
        "share_type": row.share_type,
        "slug": row.slug,
        "parameters": row.parameters,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _update_share(run: Run, row: ShareRow) -> None:
    shares.update_share(run.actor, row.id, name=row.name, slug=row.slug, parameters=row.parameters)
