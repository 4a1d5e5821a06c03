"""Statements of imports, which look up and write many rows at once."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Integer,
    TextClause,
    bindparam,
    case,
    column,
    func,
    insert,
    select,
    table,
    text,
    union_all,
    update,
)

from app.db.sql.columns import select_fields
from app.db.sql.json_list import is_among
from app.db.sql.query import AnySelect, Query
from app.models import AuditEvent, Invitation, Membership, Share, Team, User, Website, WebsiteNumber, WebsiteProfile
from app.queries.rows import Id, Number


class AccountHere(NamedTuple):
    """An account, perhaps a deleted one."""

    id: UUID
    username: str
    username_key: str | None
    email: str | None
    email_key: str | None
    password_hash: str
    role: str
    display_name: str | None
    deleted_at: datetime | None


class TeamHere(NamedTuple):
    """A team, perhaps a deleted one."""

    id: UUID
    name: str
    access_code: str | None
    deleted_at: datetime | None


class MemberHere(NamedTuple):
    """A membership."""

    id: UUID
    team_id: UUID
    user_id: UUID
    role: str


class WebsiteHere(NamedTuple):
    """A website, perhaps a deleted one."""

    id: UUID
    name: str
    domain: str | None
    user_id: UUID | None
    team_id: UUID | None
    replay_enabled: bool
    replay_config: dict[str, Any] | None
    deleted_at: datetime | None


class ShareHere(NamedTuple):
    """A public link."""

    id: UUID
    entity_id: UUID
    name: str
    slug: str
    parameters: dict[str, Any]


def _either(one: AnySelect, other: AnySelect) -> AnySelect:
    """Return what one of two statements finds; PostgreSQL needs no bitmap scan for that, as it would for OR."""
    found = union_all(one, other).subquery()
    return select(*found.c)


_account = select_fields(User, AccountHere)
select_accounts = Query(_account.where(is_among(User.id, "ids")), AccountHere)
"""Accounts with one of these ids. Value: ``ids``, a JSON array as text, like those of all statements here."""
select_accounts_named = Query(_account.where(is_among(User.username_key, "keys")), AccountHere)
"""Accounts with one of these folded usernames. Value: ``keys``."""
select_accounts_at = Query(_account.where(is_among(User.email_key, "keys")), AccountHere)
"""Accounts with one of these folded addresses. Value: ``keys``."""

select_deleted = Query(
    select(AuditEvent.target_id.label("id"))
    .where(is_among(AuditEvent.target_id, "ids"), AuditEvent.action == bindparam("action"))
    .distinct(),
    Id,
)
"""What was deleted, according to the audit log. Values: ``ids``, ``action``."""

_team = select_fields(Team, TeamHere)
select_teams = Query(
    _either(_team.where(is_among(Team.id, "ids")), _team.where(is_among(Team.access_code, "codes"))), TeamHere
)
"""Teams with one of these ids or access codes. Values: ``ids``, ``codes``."""

_member = select_fields(Membership, MemberHere)
select_members = Query(
    _either(_member.where(is_among(Membership.id, "ids")), _member.where(is_among(Membership.team_id, "team_ids"))),
    MemberHere,
)
"""Memberships with one of these ids, or in one of these teams. Values: ``ids``, ``team_ids``."""

select_websites = Query(select_fields(Website, WebsiteHere).where(is_among(Website.id, "ids")), WebsiteHere)
"""Websites with one of these ids. Value: ``ids``."""

_share = select_fields(Share, ShareHere)
select_shares = Query(
    _either(_share.where(is_among(Share.id, "ids")), _share.where(is_among(Share.slug, "slugs"))), ShareHere
)
"""Public links with one of these ids or slugs. Values: ``ids``, ``slugs``."""


class Unsent(NamedTuple):
    """An invitation without a link."""

    id: UUID
    user_id: UUID
    username: str
    email: str | None


class Held(NamedTuple):
    """A locked row."""

    id: UUID
    deleted_at: datetime | None


def _held(model: type[User] | type[Team] | type[Website]) -> Query[Held]:
    # The caller leaves out deleted ones: for that, PostgreSQL would read a whole index of those that are not.
    found = select(model.id.label("id"), model.deleted_at).where(is_among(model.id, "ids"))
    return Query(found.order_by(model.id).with_for_update(read=True, of=model), Held)


hold_users, hold_teams, hold_websites = _held(User), _held(Team), _held(Website)
"""
Those of the rows that exist, perhaps as deleted ones, locked against deletion until the transaction ends. Value:
``ids``.
"""

use_indexes = select(func.set_config("enable_seqscan", "off", True), func.set_config("enable_bitmapscan", "off", True))
"""
Have PostgreSQL look up what statements name in indexes, until the transaction ends. It knows little of a table that an
import is just filling, and would read all of it. Trigram indexes, which need bitmap scans, are slow for whole names.
"""

combine_indexes = select(
    func.set_config("enable_seqscan", "off", True), func.set_config("enable_bitmapscan", "on", True)
)
"""The same for statements with OR, which need bitmap scans to look both sides up."""

(
    insert_users,
    insert_teams,
    insert_members,
    insert_websites,
    insert_shares,
    insert_numbers,
    insert_profiles,
    insert_invitations,
) = (
    insert(model.__table__)  # type: ignore[arg-type]
    for model in (User, Team, Membership, Website, Share, WebsiteNumber, WebsiteProfile, Invitation)
)
"""Insert many rows. Values: the columns."""

SEQUENCE = "website_number_number_seq"
_sequence = table(SEQUENCE, column("last_value", Integer), column("is_called", Boolean)).c
_counter = table("sqlite_sequence", column("name"), column("seq", Integer)).c
select_last_number = {
    "postgresql": Query(
        select(
            case((_sequence.is_called, _sequence.last_value), else_=_sequence.last_value - 1).label("number"),
        ),
        Number,
    ),
    "sqlite": Query(select(_counter.seq.label("number")).where(_counter.name == WebsiteNumber.__tablename__), Number),
}
"""By database: the last number that a website was given, perhaps one that is gone."""

hold_numbers = text(f"LOCK TABLE {WebsiteNumber.__tablename__} IN SHARE ROW EXCLUSIVE MODE")
"""On PostgreSQL: keep others from giving numbers until the transaction ends."""


def restart_numbers(number: int) -> TextClause:
    """
    On PostgreSQL: have the next website get this number, if the transaction is committed.

    ``setval`` would also count if it is not; then a repeated import would find that the numbers are taken.
    """
    return text(f"ALTER SEQUENCE {SEQUENCE} RESTART WITH {number:d}")


hold_unsent = Query(
    select(Invitation.id.label("id"), Invitation.user_id, User.username, User.email)
    .join(User, User.id == Invitation.user_id)
    .where(
        is_among(Invitation.user_id, "ids"),
        Invitation.token_hash.is_(None),
        Invitation.link_token_hash.is_(None),
        Invitation.accepted_at.is_(None),
        User.pending.is_(True),
        User.disabled_at.is_(None),
        User.deleted_at.is_(None),
        User.email.is_not(None),
    )
    .order_by(User.id)
    .with_for_update(of=User),
    Unsent,
)
"""Invitations that were made without a link, of users with an address, who are locked. Value: ``ids``, of users."""

make_link = (
    update(Invitation.__table__)  # type: ignore[arg-type]
    .where(Invitation.__table__.c.invitation_id == bindparam("id"))
    .values({name: bindparam(f"new_{name}") for name in ("nonce", "token_hash", "expires_at")})
)
"""Make the link of an invitation. Values: ``id``, ``new_nonce``, ``new_token_hash``, ``new_expires_at``."""
