"""Writing accounts."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from app.db.session import retried
from app.domain.errors import (
    Conflict,
    DomainError,
    Invalid,
    NoHash,
    UnknownRole,
)
from app.domain.folding import fold, sort_key
from app.domain.names import new_display_name, new_username
from app.domain.password_rules import check_hash
from app.domain.roles import Role
from app.domain.unset import UNSET
from app.models import ANONYMOUS_ID
from app.queries import importing as queries
from app.queries.importing import AccountHere
from app.services import events
from app.services.events import UserCreated
from app.services.importing.report import Kind, Outcome
from app.services.importing.rows import Loss, UserRow
from app.services.importing.run import Batch, Run, differing
from app.services.lookup import require_not_anonymous
from app.services.users import accounts, profiles
from app.services.users.names_taken import NamesTaken

COMPARED = ("username", "password_hash", "role", "display_name", "email")
DELETED_THERE = ("deleted", "deleted in the source")
DELETED_HERE = ("deleted-here", "deleted here")
NO_HASH = Loss("no-password", "the password's hash is not one of bcrypt, or too costly, so the account has no password")


@retried
def write_users(run: Run, rows: Sequence[UserRow]) -> Batch:
    """Write accounts in one transaction; see ``Run.write``."""
    batch = Batch()
    checked = [found for row in rows if (found := _checked(batch, row)) is not None]
    matched: dict[UUID, UUID] = {}
    with run.transaction(profiles.clashes("", "")) as session:
        profiles.hold_all_names(session)
        names, new = NamesTaken.of(checked), []
        for row in checked:
            if run.options.same_names:
                run.seen.add(row.id)
            here = names.by_id.get(row.id)
            if here is not None and here.deleted_at is not None:
                batch.report.remark(Kind.USERS, row, Outcome.SKIPPED, *DELETED_HERE)
            elif here is not None:
                run.compare(batch, Kind.USERS, row, _differing(row, here), partial(_update, run, row, here))
            elif (same := _same_user(run, names, row)) is not None:
                matched[row.id] = same
                batch.report.remark(Kind.USERS, row, Outcome.MATCHED, "matched", f"is the account {same} here")
            else:
                try:
                    names.require_free(row)
                except Conflict as error:
                    batch.report.skip(Kind.USERS, row, error)
                else:
                    names.claim(row)
                    new.append(row)
        if new:
            session.execute(queries.insert_users, [_values(row) for row in new])
            events.record_all(session, [UserCreated(run.actor, row.id, row.username, row.role) for row in new])
    batch.note_created(Kind.USERS, new)
    run.accounts.update(matched)
    return batch


def _same_user(run: Run, names: NamesTaken, row: UserRow) -> UUID | None:
    """Return the account here that takes the user's place; never one that the source has under the same id."""
    found = names.by_name.get(fold(row.username)) if run.options.same_names else None
    return None if found == ANONYMOUS_ID or found in run.seen else found


def _checked(batch: Batch, row: UserRow) -> UserRow | None:
    """Return the account as it is stored, or None, with a remark, if it is deleted or breaks a rule."""
    if row.deleted_at is not None:
        batch.report.remark(Kind.USERS, row, Outcome.SKIPPED, *DELETED_THERE)
        return None
    try:
        require_not_anonymous(row.id)
        if row.role not in list(Role):
            raise UnknownRole("role", row.role)
        name = new_username(row.username)
        address = profiles.clean_email(row.email) if row.email else None
    except DomainError as error:
        batch.report.skip(Kind.USERS, row, error)
        return None
    losses = list(row.losses)
    shown, hashed = row.display_name, row.password_hash
    try:
        if hashed:
            check_hash(hashed)
    except NoHash:
        hashed = accounts.NO_PASSWORD
        losses.append(NO_HASH)
    try:
        shown = new_display_name(shown) if shown else None
    except Invalid as error:
        shown = None
        losses.append(Loss("display-name", error.message))
    return replace(row, username=name, email=address, display_name=shown, password_hash=hashed, losses=losses)


def _differing(row: UserRow, here: AccountHere) -> list[str]:
    # A source without an address, or a password, says nothing about it.
    fields = [name for name in COMPARED if name not in ("email", "password_hash") or getattr(row, name)]
    return ["password" if name == "password hash" else name for name in differing(row, here, fields)]


def _values(row: UserRow) -> dict[str, Any]:
    return {
        "user_id": row.id,
        "username": row.username,
        "username_key": fold(row.username),
        "password": row.password_hash,
        "role": row.role,
        "external_id": row.external_id,
        "logo_url": row.logo_url,
        "display_name": row.display_name,
        "display_name_key": None if row.display_name is None else sort_key(row.display_name),
        "email": row.email,
        "email_key": None if row.email is None else fold(row.email),
        "two_factor_required": row.two_factor_required,
        "must_change_password": row.must_change_password,
        "service_account": row.service_account,
        "pending": row.pending,
        "disabled_at": row.disabled_at,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _update(run: Run, row: UserRow, here: AccountHere) -> None:
    """Make an account as it is in the source. :raises DomainError: a rule does not allow it"""
    new_hash = row.password_hash if row.password_hash != here.password_hash else ""
    accounts.update_user(
        run.actor,
        row.id,
        username=row.username,
        role=row.role,
        display_name=row.display_name,
        email=UNSET if row.email is None else row.email,
        password_hash=new_hash or None,
    )
