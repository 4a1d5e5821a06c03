"""Exporting users, teams, memberships, websites and grants as rows of a file."""

from collections.abc import Collection, Generator, Iterator
from contextlib import closing
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from app.db.snapshot import Snapshot, snapshot
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import TooManyRows
from app.queries import files as queries
from app.runtime import runtime
from app.services.files.columns import KIND, NAMES, SECRET
from app.services.importing.report import Kind

MOST_ROWS = 50_000
"""The most that one answer has."""


def export_rows(actor: Actor, kinds: Collection[Kind], *, secrets: bool) -> Generator[dict[str, Any], None, None]:
    """
    Yield what there is, as it was at one moment: users, teams each with its memberships, websites, grants, by id.

    Deleted things and the account 'anonymous' are left out.

    :param secrets: whether to include password hashes and access codes
    :raises Denied: the actor is not an administrator
    """
    policy.require(policy.can_administer(actor))
    with snapshot() as view:
        for kind, row in _rows(view, kinds):
            left_out = () if secrets else SECRET
            yield {KIND: kind} | {name: value for name, value in row.items() if name not in left_out}


def export_some(actor: Actor, kinds: Collection[Kind]) -> list[dict[str, Any]]:
    """
    Return what ``export_rows`` yields, without secrets, if it is not too much for one answer.

    :raises TooManyRows: there are more than ``MOST_ROWS``
    """
    with closing(export_rows(actor, kinds, secrets=False)) as found:  # ends the snapshot at once
        rows = list(islice(found, MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise TooManyRows(MOST_ROWS)
    return rows


def _rows(view: Snapshot, kinds: Collection[Kind]) -> Iterator[tuple[str, dict[str, Any]]]:
    names = {kind: name for name, kind in NAMES.items()}
    if Kind.USERS in kinds:
        yield from ((names[Kind.USERS], row._asdict()) for row in view.stream(queries.export_users))
    if Kind.TEAMS in kinds or Kind.MEMBERSHIPS in kinds:
        found = _teams_with_members(view)
        yield from ((names[kind], row) for kind, row in found if kind in kinds)
    if Kind.WEBSITES in kinds:
        for row in view.stream(queries.export_websites):
            values = row._asdict()
            yield names[Kind.WEBSITES], values | {name: values[name] or None for name in ("urls", "settings")}
    if Kind.GRANTS in kinds:
        yield from ((names[Kind.GRANTS], row) for row in _grants(view))


def _teams_with_members(view: Snapshot) -> Iterator[tuple[Kind, dict[str, Any]]]:
    """Yield each team, and after it its memberships. Both statements have the same order."""
    by_team = groupby((row._asdict() for row in view.stream(queries.export_memberships)), key=itemgetter("team_id"))
    ahead = next(by_team, None)
    for row in view.stream(queries.export_teams):
        team = row._asdict()
        if ahead is not None and ahead[0] == team["id"]:
            yield Kind.TEAMS, team
            yield from ((Kind.MEMBERSHIPS, member) for member in ahead[1])
            ahead = next(by_team, None)
        else:
            yield Kind.TEAMS, team


def _grants(view: Snapshot) -> Iterator[dict[str, Any]]:
    """Yield grants with their capabilities. Both statements have the same order."""
    key = itemgetter("website_id", "user_id")
    by_pair = groupby((row._asdict() for row in view.stream(queries.export_capabilities)), key=key)
    pair, found = next(by_pair, (None, iter(())))
    known = runtime().capabilities
    for row in view.stream(queries.export_grants):
        grant = row._asdict()
        while pair is not None and pair < key(grant):
            pair, found = next(by_pair, (None, iter(())))
        names = [one["capability"] for one in found] if pair == key(grant) else []
        yield grant | {"capabilities": known.ordered(names) or None}
