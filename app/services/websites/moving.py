"""Giving a website to any user or team, as only administrators can."""

from uuid import UUID

from app.db.reads import fetch_one
from app.db.session import retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import NoNewOwner, NotFound, UnknownReference
from app.models import Website
from app.queries import memberships as member_queries
from app.queries import users as user_queries
from app.services import events
from app.services.acting import recheck
from app.services.events import WebsiteTransferred
from app.services.lookup import require_not_anonymous


@retried
def move_website(actor: Actor, website_id: UUID, *, user_id: UUID | None = None, team_id: UUID | None = None) -> None:
    """
    Give a website to a user or a team. Unlike ``transfer_website``, it does not matter who owns it now.

    :raises NoNewOwner: neither a user nor a team is given, or both are
    :raises Denied: the actor is not an administrator
    :raises NotFound: there is no such website
    :raises UnknownReference: there is no such user or team
    """
    policy.require(policy.can_administer(actor))
    if (user_id is None) == (team_id is None):
        raise NoNewOwner
    require_not_anonymous(user_id)
    with transaction() as session:
        recheck(actor)
        if user_id is not None and not fetch_one(user_queries.select_user, user_id=user_id):
            raise UnknownReference("user_id", "user")
        if team_id is not None and not fetch_one(member_queries.select_role, team_id=team_id, actor_id=actor.id):
            raise UnknownReference("team_id", "team")
        website = session.get(Website, website_id, with_for_update={"key_share": True})
        if website is None or website.deleted_at is not None:
            raise NotFound
        before = website.user_id, website.team_id
        website.user_id, website.team_id = user_id, team_id
        events.record(session, WebsiteTransferred(actor, website_id, website.name, *before, user_id, team_id))
