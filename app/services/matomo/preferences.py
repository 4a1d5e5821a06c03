"""Preferences of users, which Frontdesk only stores for clients that read them."""

from app.db.reads import fetch_one
from app.db.session import db, retried, transaction
from app.domain.actor import Actor
from app.domain.errors import BadPreferenceName, TooLong, UnknownPreference, UnknownPreferenceUser, UnknownUser
from app.domain.pagination import Window
from app.domain.roles import SiteRole
from app.queries.matomo import preferences as queries
from app.services import events
from app.services.acting import recheck
from app.services.events import PreferenceChanged
from app.services.matomo import site_lists
from app.services.matomo.lookup import find_person, is_anonymous
from app.services.matomo.requirements import require_admin, require_admin_or

DEFAULT_SITE, DEFAULT_DAY = "defaultReport", "defaultReportDate"
SUPPORTED = frozenset({DEFAULT_SITE, DEFAULT_DAY, "isLDAPUser", "hideSegmentDefinitionChangeMessage"})
USUAL_DAY = "yesterday"
VALUE_MAX_LENGTH = 4000


@retried
def set_preference(actor: Actor, username: str, name: str, value: str) -> None:
    """
    Store a preference of the actor or, for administrators, of any user.

    :raises SelfNeeded: the preference is another user's, and the actor is not an administrator
    :raises AdminNeeded: the preference is that of ``anonymous``, and the actor is not an administrator
    :raises UnknownPreferenceUser: the account does not exist
    :raises BadPreferenceName, UnknownPreference: the name has an underscore, or is not supported
    :raises TooLong: the value is longer than ``VALUE_MAX_LENGTH``
    """
    require_admin_or(actor, username)
    if is_anonymous(username):
        require_admin(actor)
    try:
        person = find_person(username)
    except UnknownUser as error:
        raise UnknownPreferenceUser(error.username) from None
    _check_name(name)
    if len(value) > VALUE_MAX_LENGTH:
        raise TooLong("value", VALUE_MAX_LENGTH)
    with transaction() as session:
        recheck(actor)
        row = {"user_id": person.id, "name": name, "value": value}
        session.execute(queries.upsert_preference(db.engine.dialect.name), row)
        events.record(session, PreferenceChanged(actor, person.id, person.username, name, value))


def get_preference(actor: Actor, name: str, username: str | None = None) -> str | int | None:
    """
    Return a preference or its default: the number of the actor's first website for ``defaultReport``, ``yesterday`` for
    ``defaultReportDate``, otherwise None. Callers without an account may read those of ``anonymous``.

    :param username: the actor's own by default
    :raises SelfNeeded: the preference is another user's, and the actor is not an administrator
    :raises BadPreferenceName, UnknownPreference: the name has an underscore, or is not supported
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
        person = find_person(username)
    except UnknownUser:  # for administrators; or there is no anonymous account yet
        return None
    row = fetch_one(queries.select_preference, user_id=person.id, name=name)
    return None if row is None else row.value


def _first_site(actor: Actor) -> int | None:
    found = site_lists.list_numbers(actor, Window(0, 1), least=SiteRole.VIEW).rows
    return found[0] if found else None


def _check_name(name: str) -> None:
    if "_" in name:
        raise BadPreferenceName("name")
    if name not in SUPPORTED:
        raise UnknownPreference("name", name)
