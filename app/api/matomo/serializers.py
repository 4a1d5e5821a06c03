"""People as this wire shows them: one record, whose fields and their order depend on who looks."""

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


def listed(fetch: Callable[[Window], Page[Any]], draw: Callable[[Any], Any]) -> list[Any] | Part:
    """A list, cut as the caller asks before it is fetched."""
    return cut(fetch(window() or people.EVERYTHING), draw)


def cut(page: Page[Any], draw: Callable[[Any], Any]) -> list[Any] | Part:
    """A page that the generic filters cut no more, unless they have to look at the whole list."""
    rows = [draw(row) for row in page.rows]
    return rows if window() is None else Part(rows, page.total)


def within(own: Window) -> Window:
    """The part of a method's own window that the generic filters will leave."""
    asked = window()
    if asked is None:
        return own
    return Window(own.offset + asked.offset, max(0, min(own.limit - asked.offset, asked.limit)))


def own_window(limit: int | None, offset: int) -> Window:
    """What a method's own ``limit`` and ``offset`` ask for; an offset alone asks for nothing."""
    return Window(max(offset, 0), limit) if limit and limit > 0 else people.EVERYTHING


def person(row: PersonView) -> Record:
    """A user, as the caller may see them."""
    return _record(row, {}, moment(row.last_seen_at), int(row.role == Role.ADMIN))


def person_on_site(row: PersonView) -> Record:
    """The same with what they have on a website, and how long ago they were there."""
    here = {"role": site_role(row), "capabilities": explicit(row)}
    return _record(row, here, ago(row.last_seen_at), row.role == Role.ADMIN)


def oneself_on_site(row: PersonView) -> Record:
    """The same for who may see nobody else: with the capabilities that their role implies."""
    role = ROLE_OF_RANK.get(row.rank)
    known = runtime().capabilities
    capabilities = known.ordered({*known.included_in(role), *explicit(row)})
    here = {"role": role_name(row.rank), "capabilities": capabilities}
    return _record(row, here, ago(row.last_seen_at), int(row.role == Role.ADMIN))


def admin(row: PersonView) -> Record:
    """One of the administrators, whom everybody may know."""
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
    shown["uses_2fa"] = False
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
    """What somebody has on a website, in one word."""
    return SUPERUSER if row.role == Role.ADMIN else role_name(row.rank)


def role_name(rank: int | None) -> str:
    """The word for the right that a row's ``rank`` stands for."""
    role = ROLE_OF_RANK.get(rank)
    return NO_ACCESS if role is None else role.value


def explicit(row: Any) -> Sequence[str]:
    """The capabilities that somebody has beside a role; administrators need none."""
    if not row.capabilities or row.rank is None or getattr(row, "role", None) == Role.ADMIN:
        return []
    return runtime().capabilities.ordered(row.capabilities.split(","))


def invite_status(row: PersonView) -> str | int:
    """``active``, ``expired``, or how many whole days the invitation is still good."""
    days = row.days_left
    if days is None:
        return "active"
    return floor(days) if days > 0 else "expired"


def moment(value: datetime | None) -> str | None:
    """``2026-11-21 16:42:01``, in UTC as everything that is stored."""
    return None if value is None else str(value)[:19]


def ago(value: datetime | None) -> str | None:
    """How long ago that was, in the two greatest units."""
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
    """``filter_access``: what somebody is to have on a site; a word that is no role means a capability."""
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
    """A site, with what somebody has there."""
    return {
        "idsite": row.number,
        "site_name": row.name,
        "role": role_name(row.rank),
        "capabilities": explicit(row),
    }
