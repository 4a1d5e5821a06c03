"""What users prefer, kept for clients that ask for it (matomo-usersmanager.md, section 2.6)."""

from app.db import db, fetch_one, retried, transaction
from app.errors import Invalid
from app.models import SiteRole
from app.paging import Window
from app.queries import preferences as queries
from app.security.actor import Actor
from app.services import directory, site_lists
from app.services.requirements import UnknownUser, require_admin, require_admin_or

DEFAULT_SITE, DEFAULT_DAY = "defaultReport", "defaultReportDate"
SUPPORTED = frozenset({DEFAULT_SITE, DEFAULT_DAY, "isLDAPUser", "hideSegmentDefinitionChangeMessage"})
USUAL_DAY = "yesterday"
VALUE_MAX_LENGTH = 4000


class BadPreferenceName(Invalid):
    """A name with an underscore, which no preference may have."""

    default = "The name of a preference has no underscore."


class UnknownPreference(Invalid):
    """``name`` is no preference that is kept."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no preference {name}.", field="name")


class NobodyPrefers(UnknownUser):
    """There is no account of that ``username``, for which something could be kept."""


@retried
def set_preference(actor: Actor, username: str, name: str, value: str) -> None:
    """
    Keep what a user prefers, oneself or, for administrators, anybody.

    :raises OneselfNeeded: somebody else's, and the actor is no administrator
    :raises AdminNeeded: those of ``anonymous``, and the actor is no administrator
    :raises NobodyPrefers: there is no such account
    :raises BadPreferenceName: :raises UnknownPreference: :raises Invalid: the value is too long
    """
    require_admin_or(actor, username)
    if directory.is_anonymous(username):
        require_admin(actor)
    try:
        person = directory.find_person(username)
    except UnknownUser as error:
        raise NobodyPrefers(error.username) from None
    _check_name(name)
    if len(value) > VALUE_MAX_LENGTH:
        raise Invalid(f"A preference has at most {VALUE_MAX_LENGTH} characters.", field="value")
    with transaction() as session:
        row = {"user_id": person.id, "name": name, "value": value}
        session.execute(queries.upsert_preference(db.engine.dialect.name), row)


def get_preference(actor: Actor, name: str, username: str | None = None) -> str | int | None:
    """
    What a user prefers, or what is usual: the number of the actor's first website, yesterday, nothing. Callers without
    an account are ``anonymous``.

    :param username: the actor's own by default
    :raises OneselfNeeded: somebody else's, and the actor is no administrator
    :raises BadPreferenceName: :raises UnknownPreference:
    """
    username = actor.username if username is None else username
    require_admin_or(actor, username)
    _check_name(name)
    row = _kept(username, name)
    if row is not None:
        return row
    if name == DEFAULT_SITE:
        return _first_site(actor)
    return USUAL_DAY if name == DEFAULT_DAY else None


def _kept(username: str, name: str) -> str | None:
    try:
        person = directory.find_person(username)
    except UnknownUser:  # administrators are told what is usual
        return None
    row = fetch_one(queries.select_preference, user_id=person.id, name=name)
    return None if row is None else str(row.value)


def _first_site(actor: Actor) -> int | None:
    found = site_lists.list_numbers(actor, Window(0, 1), least=SiteRole.VIEW).rows
    return found[0] if found else None


def _check_name(name: str) -> None:
    if "_" in name:
        raise BadPreferenceName(field="name")
    if name not in SUPPORTED:
        raise UnknownPreference(name)
