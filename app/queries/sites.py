"""Statements about websites by their numbers (domain.md, section 2)."""

from sqlalchemy import Integer, Uuid, bindparam, cast, select, union_all

from app.models import Grant, Membership, Team, Website, WebsiteNumber
from app.queries.listed import listed
from app.queries.websites import grant_role, team_role

KEYS = (Website.id.label("id"), WebsiteNumber.number, Website.user_id, Website.team_id, team_role, grant_role)
"""What tells who may do what on a website, and its number. Value: ``actor_id``."""

_keys = (
    select(*KEYS)
    .join(WebsiteNumber, WebsiteNumber.website_id == Website.id)
    .where(Website.deleted_at.is_(None))
    .order_by(WebsiteNumber.number)
)

_numbers = listed("numbers")
_ids = listed("ids")
_named = union_all(
    select(WebsiteNumber.website_id).join(_numbers, WebsiteNumber.number == cast(_numbers.c.value, Integer)),
    select(cast(_ids.c.value, Uuid())),
)
select_named = _keys.where(Website.id.in_(_named))
"""Living websites of these numbers and ids. Values: ``numbers`` and ``ids``, JSON arrays as text; ``actor_id``."""

_teams = (
    select(Membership.team_id)
    .join(Team, Team.id == Membership.team_id)
    .where(Membership.user_id == bindparam("actor_id"), Team.deleted_at.is_(None))
)
_connected = union_all(
    select(Website.id).where(Website.user_id == bindparam("actor_id")),
    select(Website.id).where(Website.team_id.in_(_teams)),
    select(Grant.website_id).where(Grant.user_id == bindparam("actor_id")),
)
select_all_keys = _keys
"""Every living website. Value: ``actor_id``."""
select_connected_keys = _keys.where(Website.id.in_(_connected))
"""Living websites that the actor has any right on. Value: ``actor_id``."""

_listed_ids = listed("ids")
select_numbers = select(WebsiteNumber.website_id, WebsiteNumber.number).join(
    _listed_ids, WebsiteNumber.website_id == cast(_listed_ids.c.value, Uuid())
)
"""Numbers of websites. Value: ``ids``, a JSON array as text."""
