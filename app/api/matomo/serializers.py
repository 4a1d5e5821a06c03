"""Users as this API shows them: the fields of a record, and their order, depend on who looks at it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from math import floor
from typing import Any

from app.api.matomo.filters import Part, window
from app.domain.pagination import Page, Window
from app.domain.roles import ROLE_OF_RANK, AccessFilter, Role, SiteRole
from app.models import utcnow
from app.runtime import runtime
from app.services.matomo import people
from app.services.matomo.people import PersonView

Record = dict[str, Any]
NO_ACCESS, SUPERUSER = "noaccess", "superuser"


def listed(fetch: Callable[[Window], Page[Any]], serialize: Callable[[Any], Any]) -> list[Any] | Part:
    """Fetch only the rows that the generic filters keep, and serialize them."""
    return cut(fetch(window() or people.EVERYTHING), serialize)


def cut(page: Page[Any], serialize: Callable[[Any], Any]) -> list[Any] | Part:
    """Serialize a page that was fetched for the filters' window; a ``Part`` tells the filters not to cut it again."""
    rows = [serialize(row) for row in page.rows]
    return rows if window() is None else Part(rows, page.total)


def within(own: Window) -> Window:
    """Return the part of a method's own window that the generic filters keep."""
    asked = window()
    if asked is None:
        return own
    return Window(own.offset + asked.offset, max(0, min(own.limit - asked.offset, asked.limit)))


def own_window(limit: int | None, offset: int) -> Window:
    """Return the window of a method's own ``limit`` and ``offset``; an offset without a limit is ignored."""
    return Window(max(offset, 0), limit) if limit and limit > 0 else people.EVERYTHING


def person(row: PersonView) -> Record:
    """Serialize a user as the caller may see them."""
    return _record(row, {}, moment(row.last_seen_at), int(row.role == Role.ADMIN))


def person_on_site(row: PersonView) -> Record:
    """Serialize a user with role and capabilities on a website; ``last_seen`` is relative (``3 days 2 hours``)."""
    here = {"role": site_role(row), "capabilities": explicit(row)}
    return _record(row, here, ago(row.last_seen_at), row.role == Role.ADMIN)


def oneself_on_site(row: PersonView) -> Record:
    """As ``person_on_site``, for a caller who may see no one else: includes the capabilities that the role implies."""
    role = ROLE_OF_RANK.get(row.rank)
    known = runtime().capabilities
    capabilities = known.ordered({*known.included_in(role), *explicit(row)})
    here = {"role": role_name(row.rank), "capabilities": capabilities}
    return _record(row, here, ago(row.last_seen_at), int(row.role == Role.ADMIN))


def admin(row: PersonView) -> Record:
    """Serialize an administrator for any logged-in caller."""
    shown: Record = {"login": row.username, "email": row.email, "superuser_access": 1}
    if row.last_seen_at is not None:
        shown["last_seen"] = moment(row.last_seen_at)
    shown["invite_status"] = invite_status(row)
    if row.history is not None:
        shown["uses_2fa"] = False
    return shown


def _record(row: PersonView, here: Record, seen: str | None, superuser: bool | int) -> Record:
    if row.history is None:
        return _record_for_others(row, here, seen, superuser)
    shown: Record = {
        "login": row.username,
        "email": row.email,
        "superuser_access": superuser,
        "date_registered": moment(row.history.created_at),
        "invited_by": row.invited_by,
        "invite_expired_at": moment(row.history.invited_until),
        "invite_accept_at": moment(row.history.accepted_at),
        **here,
    }
    if seen is not None:
        shown["last_seen"] = seen
    shown["invite_status"] = invite_status(row)
    shown["uses_2fa"] = row.history.has_second_factor
    return shown


def _record_for_others(row: PersonView, here: Record, seen: str | None, superuser: bool | int) -> Record:
    shown: Record = {"login": row.username}
    if row.email is not None:
        shown["email"] = row.email
    shown |= here
    shown["superuser_access"] = superuser
    if seen is not None:
        shown["last_seen"] = seen
    shown["invite_status"] = invite_status(row)
    if row.invited_by is not None:
        shown["invited_by"] = row.invited_by
    return shown


def site_role(row: Any) -> str:
    """Return a user's role on a website, ``superuser`` or ``noaccess``."""
    return SUPERUSER if row.role == Role.ADMIN else role_name(row.rank)


def role_name(rank: int | None) -> str:
    """Return the name of the access level with this rank; ``noaccess`` for None."""
    role = ROLE_OF_RANK.get(rank)
    return NO_ACCESS if role is None else role.value


def explicit(row: Any) -> Sequence[str]:
    """Return the capabilities that a user has in addition to a role; administrators need none."""
    if not row.capabilities or row.rank is None or getattr(row, "role", None) == Role.ADMIN:
        return []
    return runtime().capabilities.ordered(row.capabilities.split(","))


def invite_status(row: PersonView) -> str | int:
    """Return ``active``, ``expired``, or the whole days that the invitation is still valid."""
    days = row.days_left
    if days is None:
        return "active"
    return floor(days) if days > 0 else "expired"


def moment(value: datetime | None) -> str | None:
    """Return a time in UTC as ``2026-11-21 16:42:01``."""
    return None if value is None else str(value)[:19]


def ago(value: datetime | None) -> str | None:
    """Return how long ago a time was, in the two largest units."""
    if value is None:
        return None
    seconds = max(0, int((utcnow() - value).total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if days:
        return f"{days} days {hours % 24} hours"
    if hours:
        return f"{hours} hours {minutes % 60} min"
    return f"{minutes} min {seconds % 60}s" if minutes else f"{seconds}s"


def wanted(access: str | None) -> dict[str, Any]:
    """Return the arguments for ``filter_access``; a word that is not a role is taken for a capability."""
    if not access:
        return {}
    words: dict[str, AccessFilter | SiteRole] = {
        "noaccess": AccessFilter.NOTHING,
        "some": AccessFilter.SOMETHING,
        "superuser": AccessFilter.EVERYTHING,
    }
    words |= {role.value: role for role in SiteRole}
    return {"has": words.get(access, AccessFilter.CAPABILITY), "capability": access}


def site(row: Any) -> Record:
    """Serialize a site with a user's role and capabilities there."""
    return {
        "idsite": row.number,
        "site_name": row.name,
        "role": role_name(row.rank),
        "capabilities": explicit(row),
    }
