"""Random worlds of users, teams, websites and grants, and the access rules in plain Python."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from hypothesis import strategies as st
from sqlalchemy import delete

from app.db.session import Unit, transaction
from app.domain.roles import Role, SiteRole, TeamRole
from app.models import Base, Grant, GrantedCapability, Membership, Team, User, Website, WebsiteNumber, utcnow

STRENGTH = ["view", "write", "admin"]
TEAM_GIVES = {"team-owner": "admin", "team-manager": "admin", "team-member": "write", "team-view-only": "view"}
IMPLIED = {
    None: [],
    "view": [],
    "write": ["tagmanager_write"],
    "admin": ["tagmanager_write", "tagmanager_publish_live_container", "tagmanager_use_custom_templates"],
}
CAPABILITIES = [*IMPLIED["admin"], "of-an-older-setting"]
Reason = tuple[str, str, str | None]
"""Source, access level, and role in the team."""


@dataclass
class Person:
    id: UUID
    name: str
    role: str
    pending: bool
    deleted: bool


@dataclass
class Group:
    id: UUID
    deleted: bool


@dataclass
class Site:
    id: UUID
    name: str
    deleted: bool
    user: Person | None = None
    team: Group | None = None


@dataclass
class World:
    people: list[Person]
    teams: list[Group]
    sites: list[Site]
    members: dict[tuple[UUID, UUID], str] = field(default_factory=dict)
    grants: dict[tuple[UUID, UUID], str] = field(default_factory=dict)
    capabilities: set[tuple[UUID, UUID, str]] = field(default_factory=set)

    def reasons(self, person: Person, site: Site) -> set[Reason]:
        """Return every way in which a user has access, including by the global role."""
        if person.deleted or site.deleted:
            return set()
        found: set[Reason] = set()
        if person.role == "admin":
            found.add(("admin", "admin", None))
        if site.user is person:
            found.add(("owner", "admin", None))
        if site.team is not None and not site.team.deleted:
            role = self.members.get((site.team.id, person.id))
            if role is not None:
                found.add(("team", TEAM_GIVES[role], role))
        if (site.id, person.id) in self.grants:
            found.add(("grant", self.grants[site.id, person.id], None))
        return found

    def granted(self, person: Person, site: Site) -> list[str]:
        """Return the capabilities that were granted by name and have an effect."""
        given = {name for site_id, user_id, name in self.capabilities if (site_id, user_id) == (site.id, person.id)}
        return [name for name in CAPABILITIES[:3] if name in given] if self.reasons(person, site) else []

    @contextmanager
    def stored(self) -> Iterator[None]:
        """Store the world in the database, which is empty before and after."""
        try:
            with transaction() as session:
                self._store(session)
            yield
        finally:
            with transaction() as session:
                for table in reversed(Base.metadata.sorted_tables):
                    session.execute(delete(table))

    def _store(self, session: Unit) -> None:
        now = utcnow()
        for person in self.people:
            gone = now if person.deleted else None
            given = {"role": person.role, "pending": person.pending, "password_hash": ""}
            session.add(User(id=person.id, username=person.name, deleted_at=gone, **given))
        session.add_all(Team(id=team.id, name="Team", deleted_at=now if team.deleted else None) for team in self.teams)
        session.flush()
        session.add_all(Membership(team_id=t, user_id=u, role=role) for (t, u), role in self.members.items())
        for site in self.sites:
            user_id, team_id = (part.id if part else None for part in (site.user, site.team))
            gone = now if site.deleted else None
            session.add(Website(id=site.id, name=site.name, user_id=user_id, team_id=team_id, deleted_at=gone))
        session.flush()
        session.add_all(WebsiteNumber(website_id=site.id) for site in self.sites)
        session.add_all(Grant(website_id=w, user_id=u, role=role) for (w, u), role in self.grants.items())
        session.add_all(GrantedCapability(website_id=w, user_id=u, capability=name) for w, u, name in self.capabilities)


def strongest(reasons: set[Reason]) -> str | None:
    """Return the highest access level among some reasons."""
    return max((right for _, right, _ in reasons), key=STRENGTH.index, default=None)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to five users, three teams and five websites, some of them deleted, with random memberships and grants."""
    seldom = st.sampled_from([False, False, False, True])
    roles = st.sampled_from([Role.USER.value, Role.USER.value, Role.VIEW_ONLY.value, Role.ADMIN.value])
    people = [
        Person(UUID(int=number), f"{draw(st.sampled_from('abc'))}{number}", draw(roles), draw(seldom), draw(seldom))
        for number in range(1, draw(st.integers(2, 6)))
    ]
    teams = [Group(UUID(int=16 + number), draw(seldom)) for number in range(draw(st.integers(0, 3)))]
    sites = []
    for number in range(draw(st.integers(1, 5))):
        site = Site(UUID(int=32 + number), draw(st.sampled_from("ab")), draw(seldom))
        holder = draw(st.sampled_from([None, *people, *teams]))
        site.user = holder if isinstance(holder, Person) else None
        site.team = holder if isinstance(holder, Group) else None
        sites.append(site)
    person, site_ = (st.sampled_from([thing.id for thing in things]) for things in (people, sites))
    pairs = st.tuples(site_, person)
    world = World(people, teams, sites)
    if teams:
        team = st.sampled_from([thing.id for thing in teams])
        team_roles = st.sampled_from([role.value for role in TeamRole])
        world.members = draw(st.dictionaries(st.tuples(team, person), team_roles, max_size=8))
    world.grants = draw(st.dictionaries(pairs, st.sampled_from([role.value for role in SiteRole]), max_size=8))
    world.capabilities = draw(st.sets(st.tuples(site_, person, st.sampled_from(CAPABILITIES)), max_size=8))
    return world
