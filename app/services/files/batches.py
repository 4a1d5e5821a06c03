"""Making rows of the values in a file: names become ids, and what a row does not say stays as it is here."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all
from app.db.sql.json_list import ids, texts
from app.db.sql.query import Query
from app.domain.errors import AmbiguousName, BadValue, DomainError, ExternalIdTaken, RowTwice, UnknownReference
from app.domain.folding import fold
from app.domain.roles import Role, TeamRole
from app.models import new_id, utcnow
from app.queries import files as queries
from app.queries import importing
from app.queries.files import Named
from app.services.files.memberships import write_memberships
from app.services.files.rows import JoinRow
from app.services.importing.grants import write_grants
from app.services.importing.report import Kind, Outcome, Remark, Report, code_of
from app.services.importing.rows import MemberRow, SiteGrantRow, TeamRow, UserRow, WebsiteRow
from app.services.importing.run import Batch, Run
from app.services.importing.teams import write_teams
from app.services.importing.users import write_users
from app.services.importing.websites import write_websites
from app.services.matomo.site_settings import DEFAULTS, clean_settings, clean_urls

Line = tuple[int, Kind, dict[str, Any]]
LineOf = dict[tuple[Kind, str], int]
"""The lines of rows, by kind and id."""


def write_batch(run: Run, batch: Sequence[Line], lines: LineOf) -> None:
    """
    Write rows of one kind, or teams and memberships.

    :param lines: gets the line of each row
    """
    kind = batch[0][1]
    made = _Maker(batch, lines, run.report)
    with run.transaction({}):
        found: list[tuple[Kind, list[Any], Callable[..., Batch]]]
        if kind == Kind.USERS:
            found = [(kind, made.users(), write_users)]
        elif kind == Kind.WEBSITES:
            found = [(kind, made.websites(), write_websites)]
        elif kind == Kind.GRANTS:
            found = [(kind, made.grants(), write_grants)]
        else:
            new_teams, joins = made.teams()
            found = [(Kind.TEAMS, new_teams, write_teams), (Kind.MEMBERSHIPS, joins, write_memberships)]
    for of_kind, rows, write in found:
        run.write(of_kind, rows, write)


@dataclass(slots=True)
class _Maker:
    """Makes rows of the values in a batch."""

    batch: Sequence[Line]
    lines: LineOf
    report: Report
    """Gets a remark on each row that cannot be made."""
    user_ids: dict[str, UUID] = field(default_factory=dict)
    """By folded username."""
    taken: set[UUID] = field(default_factory=set)
    """The ids of the rows that were made."""
    external: dict[str, UUID] = field(default_factory=dict)
    """The ids of what has an external id: rows that are here, and earlier ones of the batch."""

    def users(self) -> list[UserRow]:
        self._find_external(queries.external_users)
        given = [row for _, _, row in self.batch]
        wanted = ids([*(row["id"] for row in given if "id" in row), *self.external.values()])
        names = {fold(row["username"]) for row in given if "id" not in row}
        here = [
            *fetch_all(importing.select_accounts, ids=wanted),
            *(fetch_all(importing.select_accounts_named, keys=texts(names)) if names else ()),
        ]
        by_id = {account.id: account for account in here}
        by_name = {account.username_key: account for account in here}
        rows = []
        for line, kind, values in self.batch:
            row = {"role": Role.USER.value, "password_hash": "", **_dates(), **values}
            try:
                row_id = self._own_id(values, "user")
                known = by_name.get(fold(values["username"])) if row_id is None else by_id.get(row_id)
                row["id"] = row_id or (new_id() if known is None else known.id)
                self._claim(row)
            except DomainError as error:
                self._refuse(line, kind, values, error)
                continue
            row |= _unsaid(values, known, "role", "password_hash", "display_name", "email")
            self.lines[kind, str(row["id"])] = line
            rows.append(UserRow(**row))
        return rows

    def teams(self) -> tuple[list[TeamRow], list[JoinRow]]:
        """Return teams, each with the memberships that follow it, and memberships in other teams."""
        self._find_users("user", "owner")
        self._find_external(queries.external_teams)
        names = {row.get("name") or row.get("team") for _, kind, row in self.batch if _team_by_name(kind, row)}
        by_name = _by_name(queries.named_teams, {name for name in names if name is not None})
        wanted = ids(
            [
                *(row["id"] for _, kind, row in self.batch if kind == Kind.TEAMS and "id" in row),
                *self.external.values(),
                *(team_id for found in by_name.values() for team_id in found),
            ]
        )
        here = {team.id: team for team in fetch_all(importing.select_teams, ids=wanted, codes="[]")}
        found: list[tuple[dict[str, Any], list[MemberRow], UUID | None]] = []
        joins = []
        for line, kind, values in self.batch:
            try:
                if kind == Kind.TEAMS:
                    row = {**_dates(), **values}
                    row["id"] = self._own_id(values, "team") or self._named(by_name, values, "team") or new_id()
                    self._claim(row)
                    if row["id"] not in by_name[values["name"]]:
                        by_name[values["name"]].append(row["id"])
                    owner = self._user(row, "owner_id", "owner") if {"owner_id", "owner"} & row.keys() else None
                    row = _without(row, "owner_id", "owner") | _unsaid(values, here.get(row["id"]), "access_code")
                    self.lines[kind, str(row["id"])] = line
                    found.append((row, [], owner))
                    continue
                team_id = _referred(by_name, values, "team")
                member = MemberRow(
                    values.get("id") or new_id(),
                    self._user(values, "user_id", "user"),
                    values["role"],
                    values.get("created_at") or utcnow(),
                    values.get("updated_at") or values.get("created_at") or utcnow(),
                )
                self.lines[kind, str(member.id)] = line
                if found and found[-1][0]["id"] == team_id:
                    found[-1][1].append(member)
                else:
                    joins.append(JoinRow(team_id, member))
            except DomainError as error:
                self._refuse(line, kind, values, error)
        return [TeamRow(**row, members=_with_owner(members, owner)) for row, members, owner in found], joins

    def websites(self) -> list[WebsiteRow]:
        self._find_users("user")
        self._find_external(queries.external_websites)
        teams = _by_name(queries.named_teams, {row["team"] for _, _, row in self.batch if "team" in row})
        unnamed = {row["name"] for _, _, row in self.batch if "id" not in row}
        here = _by_name(queries.named_websites, unnamed)
        wanted = ids(
            [
                *(row["id"] for _, _, row in self.batch if "id" in row),
                *self.external.values(),
                *(website_id for found in here.values() for website_id in found),
            ]
        )
        stored = {website.id: website for website in fetch_all(importing.select_websites, ids=wanted)}
        rows = []
        for line, kind, values in self.batch:
            try:
                row = {"domain": None, **_dates(), **values}
                row["id"] = self._own_id(values, "website") or self._named(here, values, "website") or new_id()
                self._claim(row)
                if "id" not in values:
                    here[values["name"]] = [row["id"]]
                if "user" in row or "user_id" in row:
                    row["user_id"] = self._user(row, "user_id", "user")
                if "team" in row:
                    row["team_id"] = _referred(teams, row, "team")
                row = _without(row, "user", "team") | _site_settings(values)
                owner = () if {"user_id", "team_id"} & row.keys() else ("user_id", "team_id")
                known = stored.get(row["id"])
                row |= _unsaid(values, known, "domain", "replay_enabled", "replay_config", *owner)
                self.lines[kind, str(row["id"])] = line
                rows.append(WebsiteRow(**row))
            except DomainError as error:
                self._refuse(line, kind, values, error)
        return rows

    def grants(self) -> list[SiteGrantRow]:
        self._find_users("user")
        websites = _by_name(queries.named_websites, {row["website"] for _, _, row in self.batch if "website" in row})
        rows = []
        for line, kind, values in self.batch:
            try:
                row = _without(values, "user", "website") | {
                    "id": new_id(),
                    "website_id": _referred(websites, values, "website"),
                    "user_id": self._user(values, "user_id", "user"),
                }
                self.lines[kind, str(row["id"])] = line
                rows.append(SiteGrantRow(**row))
            except DomainError as error:
                self._refuse(line, kind, values, error)
        return rows

    def _find_external(self, query: Query[Named]) -> None:
        """Look up what has the external ids that the batch names."""
        names = {row["external_id"] for _, _, row in self.batch if "external_id" in row}
        self.external = {row.name: row.id for row in fetch_all(query, names=texts(names))} if names else {}

    def _own_id(self, values: Mapping[str, Any], thing: Any) -> UUID | None:
        """
        Return the id that the row names, or that of what has its external id.

        :raises ExternalIdTaken: these are not the same
        """
        named: UUID | None = values.get("id")
        found = self.external.get(values.get("external_id", ""))
        if named is not None and found is not None and found != named:
            raise ExternalIdTaken(thing)
        return named or found

    def _named(self, by_name: Mapping[str, list[UUID]], values: Mapping[str, Any], thing: Any) -> UUID | None:
        """Return what has the name of a row that says no more than a name."""
        return None if "external_id" in values else _only(by_name, values["name"], thing)

    def _claim(self, row: Mapping[str, Any]) -> None:
        """:raises RowTwice: an earlier row of the batch is about the same thing"""
        if row["id"] in self.taken:
            raise RowTwice
        self.taken.add(row["id"])
        if "external_id" in row:
            self.external[row["external_id"]] = row["id"]

    def _find_users(self, *columns: str) -> None:
        """Look up the users whom the batch names."""
        names = {fold(row[name]) for _, _, row in self.batch for name in columns if name in row}
        if names:
            found = fetch_all(importing.select_accounts_named, keys=texts(names))
            self.user_ids = {account.username_key: account.id for account in found if account.username_key is not None}

    def _user(self, values: Mapping[str, Any], by_id: str, by_name: str) -> UUID:
        if by_id in values:
            found: UUID = values[by_id]
            return found
        named = self.user_ids.get(fold(values[by_name]))
        if named is None:
            raise UnknownReference(by_name, "user")
        return named

    def _refuse(self, line: int, kind: Kind, values: Mapping[str, Any], error: DomainError) -> None:
        name = str(values.get("name") or values.get("user") or values.get("user_id") or "")
        row_id = str(values.get("id") or f"line {line}")
        self.lines[kind, row_id] = line
        self.report.note(Remark(kind, row_id, name, Outcome.SKIPPED, code_of(error), error.message))


def _dates() -> dict[str, datetime]:
    now = utcnow()
    return {"created_at": now, "updated_at": now}


def _team_by_name(kind: Kind, row: Mapping[str, Any]) -> bool:
    return "id" not in row if kind == Kind.TEAMS else "team_id" not in row


def _by_name(query: Query[Named], names: Iterable[str]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = defaultdict(list)
    wanted = {*names}
    for row in fetch_all(query, names=texts(wanted)) if wanted else ():
        found[row.name].append(row.id)
    return found


def _only(by_name: Mapping[str, list[UUID]], name: str, thing: Any) -> UUID | None:
    """Return the id of the only thing with the name; None if there is none. :raises AmbiguousName: there are several"""
    found = by_name[name]
    if len(found) > 1:
        raise AmbiguousName(thing, tuple(found))
    return found[0] if found else None


def _referred(by_name: Mapping[str, list[UUID]], values: Mapping[str, Any], thing: Any) -> UUID:
    """
    Return the id of the team or website that a row names, or gives the id of.

    :raises UnknownReference, AmbiguousName: there is none of the name, or several
    """
    found: UUID | None = values.get(f"{thing}_id") or _only(by_name, values[thing], thing)
    if found is None:
        raise UnknownReference(thing, thing)
    return found


def _unsaid(values: Mapping[str, Any], known: Any, *names: str) -> dict[str, Any]:
    """Return what is stored of a known row for the names without a value: what a file does not say is no difference."""
    return {} if known is None else {name: getattr(known, name) for name in names if name not in values}


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _with_owner(members: list[MemberRow], owner: UUID | None) -> list[MemberRow]:
    if owner is None or any(member.user_id == owner for member in members):
        return members
    now = utcnow()
    return [MemberRow(new_id(), owner, TeamRole.OWNER.value, now, now), *members]


def _site_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return URLs and settings as they are stored. :raises Invalid: one is not valid"""
    found: dict[str, Any] = {}
    if values.get("urls"):
        found["urls"] = clean_urls(values["urls"])
    if "settings" in values:
        given = {name: _setting(name, value) for name, value in values["settings"].items() if value is not None}
        found["settings"] = clean_settings(given)
    return found


def _setting(name: str, value: Any) -> Any:
    """Return a setting as ``clean_settings`` takes it. :raises BadValue: there is none, or it is of another type"""
    if name not in DEFAULTS:
        raise BadValue("settings", name)
    if DEFAULTS[name] is None:  # a day
        try:
            return date.fromisoformat(value) if len(value) == len("2000-01-01") else datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise BadValue(name, value) from None
    of_texts = not isinstance(value, list) or all(isinstance(item, str) for item in value)
    if type(value) is not type(DEFAULTS[name]) or not of_texts:
        raise BadValue(name, value)
    return value
