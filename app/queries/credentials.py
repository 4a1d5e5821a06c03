"""Statements about credentials that sessions and access tokens have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Delete,
    Integer,
    Select,
    Update,
    bindparam,
    delete,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningDelete

from app.db.sql.query import Query
from app.models import ACTIVE, User
from app.queries.rows import Id
from app.queries.users import SUMMARY

Ended = ReturningDelete[Any]
"""A deletion that returns the ids of the deleted credentials."""


NEVER = literal(value=False)
NOTHING: ColumnElement[Any] = null()


class BearerRecord(NamedTuple):
    """The owner of a token and the credential that belongs to it."""

    id: UUID
    username: str
    role: str
    created_at: datetime | None
    two_factor_required: bool
    must_enroll: bool
    must_change_password: bool
    credential_id: UUID
    last_used_at: datetime | None
    lifetime: int | None
    wrote_at: datetime | None
    name: str | None
    scopes: str | None
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Statements:
    """The statements for one table of credentials."""

    by_token: Select[Any]
    """The owner of a valid token, and the credential. Values: ``token_hash``, ``now``."""
    select_by_token: Query[BearerRecord]
    """The same, to be run."""
    select_id: Query[Id]
    """Whether a credential still exists. Value: ``credential_id``."""
    touch: Update
    """
    Record a use, unless one was recorded since ``stale``; of concurrent uses, only one writes. Values:
    ``credential_id``, ``stale``, and those that ``touched`` contains.
    """
    delete_of_user: Ended
    """Value: ``owner_id``."""
    delete_others: Ended
    """Values: ``owner_id``, ``kept_id``."""
    delete_one: Ended
    """Values: ``owner_id``, ``credential_id``."""
    delete_expired: Delete
    """Value: ``now``."""
    delete_expired_of_user: Delete
    """Values: ``owner_id``, ``now``."""
    delete_beyond: Delete
    """All credentials of a user but the first ``kept`` ones. Values: ``owner_id``, ``kept``."""


def statements(
    model: Any,
    *,
    lifetime: Any,
    good: ColumnElement[bool],
    touched: dict[str, Any],
    kept_first: Sequence[ColumnElement[Any]],
    must_enroll: ColumnElement[bool] = NEVER,
    must_change_password: ColumnElement[bool] = NEVER,
    name: Any = NOTHING,
    scopes: Any = NOTHING,
    confirmed_at: Any = NOTHING,
) -> Statements:
    """
    Build the statements for one table.

    :param lifetime: the column with the seconds without use after which a credential ends; null if there is none
    :param good: the condition for valid credentials, with the value ``now``
    :param touched: the columns that a use sets, with their values
    :param kept_first: the order in which a user's credentials are kept if there are too many
    :param must_enroll: whether the user must set up a second factor before anything else
    :param must_change_password: whether the user must change the password before that
    :param name: the column with the credential's name, if it has one
    :param scopes: the column with the scopes that it is limited to, if there are any
    :param confirmed_at: the column with the time when the password was last confirmed, if that is noted
    """
    of_user = model.user_id == bindparam("owner_id")
    beyond = select(model.id).where(of_user).order_by(*kept_first).offset(bindparam("kept", type_=Integer))
    all_of_user = delete(model).where(of_user).returning(model.id)
    expired = delete(model).where(model.expires_at < bindparam("now"))
    this = model.id == bindparam("credential_id")
    by_token: Select[Any] = (
        select(
            *SUMMARY,
            User.two_factor_required,
            must_enroll.label("must_enroll"),
            must_change_password.label("must_change_password"),
            model.id.label("credential_id"),
            model.last_used_at,
            lifetime.label("lifetime"),
            model.wrote_at,
            name.label("name"),
            scopes.label("scopes"),
            confirmed_at.label("confirmed_at"),
        )
        .join(User, User.id == model.user_id)
        .where(model.token_hash == bindparam("token_hash"), good, ACTIVE)
    )
    return Statements(
        by_token=by_token,
        select_by_token=Query(by_token, BearerRecord),
        select_id=Query(select(model.id.label("id")).where(this), Id),
        touch=update(model)
        .where(this, or_(model.last_used_at.is_(None), model.last_used_at < bindparam("stale")))
        .values(touched),
        delete_of_user=all_of_user,
        delete_others=all_of_user.where(model.id != bindparam("kept_id")),
        delete_one=all_of_user.where(this),
        delete_expired=expired,
        delete_expired_of_user=expired.where(of_user),
        delete_beyond=delete(model).where(model.id.in_(beyond)),
    )
