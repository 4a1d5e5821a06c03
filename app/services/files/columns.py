"""The kinds of rows in a file, and their columns: what a value may be, and how it is written."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any
from uuid import UUID

import orjson

from app.domain.errors import BadValue, ControlCharacters, Missing, TooLong, UnknownColumn
from app.domain.names import check_external_id
from app.models import Base, Membership, Team, User, Website
from app.models import Grant as WebsiteGrant
from app.services.importing.report import Kind

Parse = Callable[[str, Any], Any]
NAMES = {
    "user": Kind.USERS,
    "team": Kind.TEAMS,
    "membership": Kind.MEMBERSHIPS,
    "website": Kind.WEBSITES,
    "grant": Kind.GRANTS,
}
"""What the column ``kind`` says, in the order of a file."""
KIND = "kind"
SECRET = frozenset({"password_hash", "access_code"})
"""Columns that an export has only on request."""
NAME_LENGTH = 255
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The character as JSON escapes it. PostgreSQL does not take it."""
FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def text(most: int) -> Parse:
    """Return a parser of texts."""

    def parse(name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise BadValue(name, value)
        if len(value) > most:
            raise TooLong(name, most)
        if "\0" in value:
            raise ControlCharacters(name)
        return value

    return parse


def _id(name: str, value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise BadValue(name, value) from None


def _flag(name: str, value: Any) -> bool:
    found = value if isinstance(value, bool) else FLAGS.get(str(value).lower())
    if found is None:
        raise BadValue(name, value)
    return found


def _moment(name: str, value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise BadValue(name, value) from None


def _object(name: str, value: Any) -> dict[str, Any]:
    found = _json(name, value)
    if not isinstance(found, dict):
        raise BadValue(name, value)
    return found


def _texts(name: str, value: Any) -> list[str]:
    found = _json(name, value)
    if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
        raise BadValue(name, value)
    return found


def _json(name: str, value: Any) -> Any:
    try:
        found = orjson.loads(value) if isinstance(value, str) else value
        text = orjson.dumps(found)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # the latter if it is nested too deeply
        raise BadValue(name, value) from None
    if NUL.search(text):
        raise ControlCharacters(name)
    return found


def _column(model: type[Base], name: str) -> Parse:
    """Return a parser of texts that fit into a column of the database."""
    kind: Any = getattr(model, name).type
    return text(kind.length)


NAME = text(NAME_LENGTH)


def _external_id(name: str, value: Any) -> str:
    found: str = NAME(name, value)
    check_external_id(found)
    return found


DATES: dict[str, Parse] = {"created_at": _moment, "updated_at": _moment}
USER: dict[str, Parse] = {"user_id": _id, "user": NAME}
TEAM: dict[str, Parse] = {"team_id": _id, "team": NAME}
COLUMNS: dict[Kind, dict[str, Parse]] = {
    Kind.USERS: {
        "id": _id,
        "username": text(1000),
        "role": _column(User, "role"),
        "password_hash": _column(User, "password_hash"),
        "email": text(1000),
        "display_name": text(1000),
        "external_id": _external_id,
        "logo_url": _column(User, "logo_url"),
        "two_factor_required": _flag,
        "must_change_password": _flag,
        "service_account": _flag,
        "pending": _flag,
        "disabled_at": _moment,
        **DATES,
    },
    Kind.TEAMS: {
        "id": _id,
        "name": _column(Team, "name"),
        "access_code": _column(Team, "access_code"),
        "external_id": _external_id,
        "logo_url": _column(Team, "logo_url"),
        "two_factor_required": _flag,
        "owner_id": _id,
        "owner": NAME,
        **DATES,
    },
    Kind.MEMBERSHIPS: {"id": _id, **TEAM, **USER, "role": _column(Membership, "role"), **DATES},
    Kind.WEBSITES: {
        "id": _id,
        "name": _column(Website, "name"),
        "domain": _column(Website, "domain"),
        **USER,
        **TEAM,
        "created_by": _id,
        "external_id": _external_id,
        "reset_at": _moment,
        "replay_enabled": _flag,
        "replay_config": _object,
        "urls": _texts,
        "settings": _object,
        **DATES,
    },
    Kind.GRANTS: {
        "website_id": _id,
        "website": NAME,
        **USER,
        "role": _column(WebsiteGrant, "role"),
        "capabilities": _texts,
        "granted_by": _id,
        **DATES,
    },
}
"""By kind, the columns and their parsers. A row may lack any of them but those in ``NEEDED``."""
NEEDED: dict[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.USERS: (("username",),),
    Kind.TEAMS: (("name",),),
    Kind.MEMBERSHIPS: (("team_id", "team"), ("user_id", "user"), ("role",)),
    Kind.WEBSITES: (("name",),),
    Kind.GRANTS: (("website_id", "website"), ("user_id", "user"), ("role",)),
}
"""By kind, what a row must have: one of the columns of each group."""
EVERY_NAME = {KIND, *(name for columns in COLUMNS.values() for name in columns)}


def kind_of(value: Any) -> Kind:
    """Return the kind that a row says it is. :raises Invalid: it says none, or one that does not exist"""
    if value in (None, ""):
        raise Missing(KIND)
    if not isinstance(value, str) or value not in NAMES:
        raise BadValue(KIND, value)
    return NAMES[value]


def check_names(given: Iterable[str], known: Iterable[str] = EVERY_NAME) -> None:
    """:raises UnknownColumn: one of the names is not that of a column"""
    names = {*known, KIND}
    for name in given:
        if name not in names:
            near = get_close_matches(name, names, n=1)
            raise UnknownColumn(name, near[0] if near else "")


def parsed(kind: Kind, values: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the values of a row. A value that is empty, or null, counts as not given.

    :raises Invalid: a value is not valid, or one is missing
    """
    columns = COLUMNS[kind]
    given = {name: value for name, value in values.items() if name != KIND and value not in (None, "")}
    check_names(given, columns)
    for group in NEEDED[kind]:
        if not any(name in given for name in group):
            raise Missing(group[-1])
    return {name: columns[name](name, value) for name, value in given.items()}
