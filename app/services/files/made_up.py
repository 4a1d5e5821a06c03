"""Made-up users, teams, memberships, websites and grants. The same seed always makes the same ones."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha512
from typing import TypeVar
from uuid import UUID

from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import BadNumbers
from app.domain.roles import Role, SiteRole, TeamRole
from app.services.importing.grants import write_grants
from app.services.importing.report import Kind, Report
from app.services.importing.rows import MemberRow, SiteGrantRow, TeamRow, UserRow, WebsiteRow
from app.services.importing.run import Run, ignore_progress
from app.services.importing.teams import write_teams
from app.services.importing.users import write_users
from app.services.importing.websites import write_websites

T = TypeVar("T")
FIRST = ("ada", "alan", "barbara", "claude", "donald", "edsger", "frances", "grace", "ivan", "joan", "ken", "mary")
LAST = ("allen", "clarke", "dijkstra", "hopper", "knuth", "liskov", "lovelace", "shannon", "sutherland", "turing")
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
APART = timedelta(minutes=1)
TO_BCRYPT = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
)


@dataclass(frozen=True, slots=True)
class Size:
    """How many there are of each kind."""

    users: int
    teams: int = 0
    memberships: int = 0
    websites: int = 0
    grants: int = 0


def fill(
    actor: Actor,
    size: Size,
    seed: int,
    *,
    on_progress: Callable[[Kind, int, int | None], None] = ignore_progress,
) -> Report:
    """
    Write made-up rows, in batches. A second run with the same seed and numbers changes nothing.

    :raises Denied: the actor is not an administrator
    :raises BadNumbers: a team would have no member, or a user would have two memberships in one
    """
    policy.require(policy.can_administer(actor))
    world = World(size, seed)
    run = Run(actor, on_progress=on_progress)
    run.write(Kind.USERS, world.users(), write_users, size.users)
    run.write(Kind.TEAMS, world.teams(), write_teams, size.teams)
    run.write(Kind.WEBSITES, world.websites(), write_websites, size.websites)
    run.write(Kind.GRANTS, world.grants(), write_grants, size.grants)
    return run.report


@dataclass(frozen=True, slots=True)
class World:
    """Rows that depend on the seed and on nothing else."""

    size: Size
    seed: int
    tag: str = field(init=False)

    def __post_init__(self) -> None:
        size = self.size
        if size.memberships < size.teams or size.memberships > size.teams * size.users:
            raise BadNumbers("Each team needs a membership, and a user can have only one in each.")
        if size.grants > size.websites * size.users:
            raise BadNumbers("A user can have only one grant on each website.")
        object.__setattr__(self, "tag", "" if self.seed == 1 else f".{self.seed}")

    def users(self) -> Iterator[UserRow]:
        """Yield the users, none of them an administrator."""
        for number in range(self.size.users):
            name = f"{_pick(FIRST, number)}.{_pick(LAST, number // len(FIRST))}.{number}{self.tag}"
            role = Role.VIEW_ONLY if number % 20 == 19 else Role.USER
            yield UserRow(
                self._id("user", number),
                name,
                role.value,
                self._hash(number),
                email=f"{name}@example.com",
                display_name=f"{_pick(FIRST, number)} {_pick(LAST, number // len(FIRST))}".title(),
                created_at=_date(number),
                updated_at=_date(number),
            )

    def teams(self) -> Iterator[TeamRow]:
        """Yield the teams with their members; the first one owns the team."""
        for number in range(self.size.teams):
            yield TeamRow(
                self._id("team", number),
                f"Team {number}{self.tag}",
                [self._member(number, index) for index in range(number, self.size.memberships, self.size.teams)],
                created_at=_date(number),
                updated_at=_date(number),
            )

    def websites(self) -> Iterator[WebsiteRow]:
        """Yield the websites, each owned by a user or by a team."""
        for number in range(self.size.websites):
            of_team = self.size.teams > 0 and number % 2 == 1
            owner = self._user(number)
            yield WebsiteRow(
                self._id("website", number),
                f"Website {number}{self.tag}",
                f"site-{number}{self.tag}.example.org",
                user_id=None if of_team else owner,
                team_id=self._id("team", number % self.size.teams) if of_team else None,
                created_by=owner,
                created_at=_date(number),
                updated_at=_date(number),
            )

    def grants(self) -> Iterator[SiteGrantRow]:
        """Yield the grants."""
        for number in range(self.size.grants):
            site, turn = number % self.size.websites, number // self.size.websites
            yield SiteGrantRow(
                self._id("grant", number),
                self._id("website", site),
                self._user(site + 1 + turn),
                _pick(tuple(SiteRole), number).value,
                created_at=_date(number),
                updated_at=_date(number),
            )

    def _member(self, team: int, index: int) -> MemberRow:
        place = index // self.size.teams
        role = TeamRole.OWNER if place == 0 else _pick((TeamRole.MEMBER, TeamRole.MANAGER, TeamRole.VIEW_ONLY), place)
        user = self._user(team * 7 + place)
        return MemberRow(self._id("membership", index), user, role.value, _date(index), _date(index))

    def _user(self, number: int) -> UUID:
        return self._id("user", number % self.size.users)

    def _id(self, kind: str, number: int) -> UUID:
        """Return a UUID of version 7 for the date of the row."""
        bits = int.from_bytes(self._random(kind, number)[:10], "big")
        milliseconds = int(_date(number).timestamp() * 1000)
        value = milliseconds << 80 | bits
        value = value & ~(0xF << 76) | 7 << 76
        return UUID(int=value & ~(0b11 << 62) | 0b10 << 62)

    def _hash(self, number: int) -> str:
        """Return a bcrypt hash of no known password."""
        salt, rest = self._random("salt", number)[:16], self._random("hash", number)[:23]
        encoded = (base64.b64encode(part).decode().rstrip("=").translate(TO_BCRYPT) for part in (salt, rest))
        return "$2b$10$" + "".join(encoded)

    def _random(self, kind: str, number: int) -> bytes:
        return sha512(f"{self.seed}/{kind}/{number}".encode()).digest()


def _pick(choices: tuple[T, ...], number: int) -> T:
    return choices[number % len(choices)]


def _date(number: int) -> datetime:
    return BEGINNING + number * APART
