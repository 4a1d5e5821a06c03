"""What the database holds, of all that a state file can manage."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from app.db.reads import fetch_all
from app.domain.errors import AmbiguousName
from app.domain.folding import fold
from app.domain.names import ANONYMOUS
from app.domain.permissions import stronger_role
from app.domain.roles import RANKS, TEAM_RIGHTS, Role, SiteRole
from app.models import ANONYMOUS_ID
from app.queries import state as queries
from app.queries.state import InvitationState, KeyState
from app.runtime import runtime


@dataclass(eq=False, kw_only=True)
class StateThing:
    """A user, a team or a website; one that the file adds has no id before it is created."""

    id: UUID | None = None

    @property
    def stored_id(self) -> UUID:
        """The id. :raises LookupError: it is not created yet"""
        if self.id is None:
            raise LookupError("This is not created yet.")
        return self.id


@dataclass(eq=False)
class StateUser(StateThing):
    """An account."""

    username: str
    role: str = Role.USER
    """Of a pending account: the role that it has once the invitation is accepted."""
    email: str | None = None
    display_name: str | None = None
    disabled: bool = False
    service_account: bool = False
    pending: bool = False
    keys: list[KeyState] = field(default_factory=list)

    @property
    def is_active_admin(self) -> bool:
        return self.role == Role.ADMIN and not (self.pending or self.disabled or self.service_account)


@dataclass(eq=False)
class StateTeam(StateThing):
    """A team."""

    name: str
    members: dict[StateUser, str] = field(default_factory=dict)
    """Roles; those that open invitations give among them."""
    promised: set[StateUser] = field(default_factory=set)
    """Users who become members when they accept their invitation."""

    @property
    def names(self) -> set[str]:
        """All that can identify it."""
        return {self.name, *([] if self.id is None else [str(self.id)])}


@dataclass(eq=False)
class StateWebsite(StateThing):
    """A website."""

    name: str
    domain: str | None
    owner: StateUser | StateTeam | None = None

    @property
    def names(self) -> set[str]:
        """All that can identify it."""
        return {name for name in (self.name, self.domain, None if self.id is None else str(self.id)) if name}


Named = TypeVar("Named", StateTeam, StateWebsite)


@dataclass(eq=False)
class StateGrant:
    """What a user has been granted on a website."""

    role: str | None = None
    capabilities: set[str] = field(default_factory=set)


@dataclass
class Current:
    """Everything, in a stable order."""

    users: dict[str, StateUser]
    """By folded username; without the account for visitors who are not logged in."""
    anonymous: StateUser
    teams: list[StateTeam]
    websites: list[StateWebsite]
    grants: dict[tuple[StateUser, StateWebsite], StateGrant]

    def find_user(self, username: str) -> StateUser | None:
        """Return the account with a username, in any case."""
        key = fold(username)
        return self.users.get(key) or (self.anonymous if key == ANONYMOUS else None)


def read_current() -> Current:
    """
    Read all accounts, teams, websites and grants, with one statement each.

    :raises AmbiguousName: two accounts that another program wrote have the same username
    """
    accounts: dict[UUID, StateUser] = {}
    users: dict[str, StateUser] = {}
    for row in fetch_all(queries.select_users):
        user = accounts[row.id] = StateUser(
            row.username,
            row.role,
            row.email,
            row.display_name,
            id=row.id,
            disabled=row.disabled_at is not None,
            service_account=row.service_account,
            pending=row.pending,
        )
        if row.id != ANONYMOUS_ID:
            other = users.setdefault(fold(row.username), user)
            if other is not user:
                raise AmbiguousName("user", tuple(found.id for found in (other, user) if found.id))
    for key in fetch_all(queries.select_keys):
        if key.user_id in accounts and accounts[key.user_id].service_account:
            accounts[key.user_id].keys.append(key)
    teams = {row.id: StateTeam(row.name, id=row.id) for row in fetch_all(queries.select_teams)}
    for member in fetch_all(queries.select_members):
        if member.user_id in accounts and member.team_id in teams:
            teams[member.team_id].members[accounts[member.user_id]] = member.role
    for invitation in fetch_all(queries.select_invitations):
        invited = accounts.get(invitation.user_id)
        if invited is not None and invited.pending:
            _promise(invited, invitation, teams)
    websites = {
        row.id: StateWebsite(row.name, row.domain, accounts.get(row.user_id) or teams.get(row.team_id), id=row.id)  # type: ignore[arg-type]
        for row in fetch_all(queries.select_websites)
    }
    anonymous = accounts.get(ANONYMOUS_ID) or StateUser(ANONYMOUS, Role.VIEW_ONLY, id=ANONYMOUS_ID)
    return Current(users, anonymous, [*teams.values()], [*websites.values()], _grants(accounts, websites))


def _promise(user: StateUser, invitation: InvitationState, teams: Mapping[UUID, StateTeam]) -> None:
    """Add what an invitation will give, as ``invitations.accept`` does."""
    user.role = stronger_role(user.role, invitation.role)
    for entry in invitation.teams:
        team = teams.get(UUID(entry["team_id"]))
        if team is not None and user not in team.members:
            team.members[user] = entry["role"]
            team.promised.add(user)


def _grants(
    accounts: Mapping[UUID, StateUser], websites: Mapping[UUID, StateWebsite]
) -> dict[tuple[StateUser, StateWebsite], StateGrant]:
    """
    Return roles, and the capabilities that these do not imply, ordered by website and user.

    Left out are administrators, who have access to everything anyway, and capabilities without effect: those that no
    longer exist, and those of users who have no access.
    """
    known = runtime().capabilities
    holders = {user_id: user for user_id, user in accounts.items() if user.role != Role.ADMIN}
    found: dict[tuple[UUID, UUID], StateGrant] = defaultdict(StateGrant)
    for row in fetch_all(queries.select_grants):
        found[row.website_id, row.user_id].role = row.role
    for given in fetch_all(queries.select_capabilities):
        pair = given.website_id, given.user_id
        role = found[pair].role if pair in found else None
        if given.capability in known and given.capability not in known.included_in(SiteRole(role) if role else None):
            found[pair].capabilities.add(given.capability)
    rows = {website: place for place, website in enumerate(websites)}
    columns = {user: place for place, user in enumerate(holders)}
    living = [(website, user) for website, user in found if website in rows and user in columns]
    living.sort(key=lambda pair: (rows[pair[0]], columns[pair[1]]))
    pairs = {(accounts[user], websites[website]): found[website, user] for website, user in living}
    return {pair: grant for pair, grant in pairs.items() if strongest_access(*pair, grant.role)}


def strongest_access(user: StateUser, website: StateWebsite, granted: str | None) -> SiteRole | None:
    """Return a user's access level on a website, from a grant, ownership or a team."""
    roles = [SiteRole(granted)] if granted else []
    if user.role == Role.ADMIN or website.owner is user:
        roles.append(SiteRole.ADMIN)
    if isinstance(website.owner, StateTeam) and user in website.owner.members:
        roles.append(TEAM_RIGHTS[website.owner.members[user]])
    return max(roles, key=RANKS.__getitem__, default=None)


def by_name(things: Iterable[Named]) -> dict[str, list[Named]]:
    """Return teams or websites by all that can identify them: name, domain and id."""
    found: dict[str, list[Named]] = defaultdict(list)
    for thing in things:
        for name in thing.names:
            found[name].append(thing)
    return found


def as_text(moment: datetime | None) -> str | None:
    """Return a time as state files write it: only the date if it is midnight."""
    if moment is None:
        return None
    text = moment.isoformat().replace("+00:00", "Z")
    return text.removesuffix("T00:00:00Z")
