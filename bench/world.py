"""
The contents of the measured database. Every id and name is computed from a number.

One user in ``users / teams`` is in teams, and each of these is in ten of them, so that the expensive lists
are not empty, whatever the number of users.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

PASSWORD = "the same for all users"
COST = 10
"""Cost of bcrypt, the default of all compared servers."""
TEAM_SIZE = 10
ROLES = ("team-owner", "team-manager", *["team-member"] * 7, "team-view-only")
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
RARE = "zephyr"
"""Part of five usernames, whatever the number of users."""
RARE_HITS = 5
COMMON = "support"
"""Part of a tenth of all usernames."""
DEPARTMENTS = (COMMON, "sales", "legal", "press", "design", "finance", "kitchen", "garage", "archive", "studio")
# fmt: off
GIVEN = (
    "ada", "alan", "alma", "anton", "barbara", "boris", "carla", "cyrus", "dana", "edgar", "elif", "emma", "farid",
    "fiona", "george", "grace", "hana", "henri", "ida", "ivan", "jonas", "joyce", "karl", "kofi", "lena", "linus",
    "mara", "miguel", "nadia", "noor", "olga", "omar", "paul", "petra", "quentin", "rosa", "samir", "tara", "ulrich",
    "uma", "vera", "victor", "wanda", "wim", "xenia", "yara", "yusuf",
)
# fmt: on
"""Their number, 47, is prime, so that all combinations with departments occur."""

Row = tuple[Any, ...]


def moment(seconds: float) -> str:
    """Return a time in UTC, in seconds after ``BEGIN``, in a format that both databases read."""
    return (BEGIN + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat(" ", "microseconds")


def identity(kind: int, number: int) -> str:
    """Return a version 7 UUID in hexadecimal: ordered by creation, with a well-distributed tail, like real ones."""
    milliseconds = int(BEGIN.timestamp() + number * 60) * 1000
    tail = (number * 0x9E3779B97F4A7C15 + kind) % 16**15
    return f"{milliseconds:012x}7{kind:03x}8{tail:015x}"


@dataclass(frozen=True)
class World:
    """The sizes, and the rows that follow from them."""

    users: int = 10_000
    websites: int = 10_000
    teams: int = 1_000
    shared: int = 1_000
    """How many websites, from the first on, have grants."""
    grantees: int = 100
    """How many users have a grant on each of these websites."""
    emailed: range = range(100, 600)
    """Users with an e-mail address; the peer has no addresses, so none of them is among the compared responses."""

    def user_id(self, number: int) -> UUID:
        return UUID(hex=identity(1, number))

    def team_id(self, number: int) -> UUID:
        return UUID(hex=identity(2, number))

    def website_id(self, number: int) -> UUID:
        return UUID(hex=identity(4, number))

    def email(self, number: int) -> str:
        return f"{self.username(number)}@example.org"

    def person(self, number: int) -> int:
        """Return the number of a user who is in teams; there are as many such users as teams."""
        return number % self.teams * (self.users // self.teams)

    def username(self, number: int) -> str:
        rare = number % (self.users // RARE_HITS) == self.users // RARE_HITS // 2
        given = RARE if rare else GIVEN[number % len(GIVEN)]
        return f"{given}.{DEPARTMENTS[number % len(DEPARTMENTS)]}{number:07d}"

    def user_rows(self, password_hash: str) -> Iterator[Row]:
        for number in range(self.users):
            name, at = self.username(number), moment(number * 60)
            role = "user" if number % 20 else "view-only"
            email = self.email(number) if number in self.emailed else None
            yield identity(1, number), name, name, password_hash, role, at, at, email, email

    def team_rows(self) -> Iterator[Row]:
        for number in range(self.teams):
            at = moment(number * 60)
            yield identity(2, number), f"Team {number}", f"team_{identity(9, number)[-15:]}", at, at

    def membership_rows(self) -> Iterator[Row]:
        """Team t has the members t to t + 9, so each of them is in ten teams with different members."""
        for team in range(self.teams):
            for place, role in enumerate(ROLES):
                number = team * TEAM_SIZE + place
                at = moment(number * 60)
                member = identity(1, self.person(team + place))
                yield identity(3, number), identity(2, team), member, role, at, at

    def website_rows(self) -> Iterator[Row]:
        """Half of them belong to users, half to teams."""
        for number in range(self.websites):
            at = moment(number * 60)
            person, team = identity(1, self.person(number // 2)), identity(2, number // 2 % self.teams)
            owner, of_team = (None, team) if number % 2 else (person, None)
            domain = f"site{number}.example.org"
            yield identity(4, number), f"Site {number * 7919 % self.websites}", domain, owner, of_team, person, at, at

    def number_rows(self) -> Iterator[Row]:
        """Rows in the order of the websites, so that website n gets the number n + 1."""
        for number in range(self.websites):
            yield (identity(4, number),)

    def grant_rows(self) -> Iterator[Row]:
        for website in range(self.shared):
            for place in range(self.grantees):
                user = (website * self.grantees + place) % self.users
                role = ("view", "write", "admin")[place % 3]
                yield identity(4, website), identity(1, user), role, moment(0), moment(0)

    def share_rows(self) -> Iterator[Row]:
        """Every tenth website has a share link."""
        for number in range(0, self.websites, 10):
            at = moment(number * 60)
            slug = identity(5, number)[-15:]
            yield identity(5, number), identity(4, number), "Public", 1, slug, '{"overview": true}', at, at
