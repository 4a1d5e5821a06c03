"""Statements about the outbox, and about the contents of mail."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from app.db.sql.pagination import paged
from app.db.sql.query import PageQuery, Query
from app.models import Invitation, OutboxMail, User
from app.queries.rows import Id

COLUMNS = (
    OutboxMail.id.label("id"),
    OutboxMail.kind,
    OutboxMail.recipient,
    OutboxMail.parameters,
    OutboxMail.created_at,
    OutboxMail.due_at,
    OutboxMail.attempts,
    OutboxMail.last_error,
)
_moment = OutboxMail.created_at.type


class MailRecord(NamedTuple):
    """A mail in the outbox."""

    id: UUID
    kind: str
    recipient: str
    parameters: dict[str, Any]
    created_at: datetime
    due_at: datetime | None
    attempts: int
    last_error: str | None


class MailCounts(NamedTuple):
    """How many mails are in the outbox, and how many of them will be tried again."""

    total: int
    waiting: int


class InvitationToSend(NamedTuple):
    """The data for an invitation's mail."""

    id: UUID
    nonce: str
    token_hash: str | None
    expires_at: datetime
    username: str
    email: str | None
    inviter_username: str | None
    inviter_display_name: str | None


select_any_due = Query(
    select(OutboxMail.id.label("id")).where(OutboxMail.due_at <= bindparam("now", type_=_moment)).limit(1), Id
)
"""Whether any mail is due. Value: ``now``."""

_next = (
    select(OutboxMail.id)
    .where(OutboxMail.due_at <= bindparam("now", type_=_moment))
    .order_by(OutboxMail.due_at, OutboxMail.id)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
claim_next = Query(
    update(OutboxMail)
    .where(OutboxMail.id == _next)
    .values(due_at=bindparam("until", type_=_moment), attempts=OutboxMail.attempts + 1)
    .returning(*COLUMNS),
    MailRecord,
)
"""Claim the mail that has been due longest, so that no other worker takes it before ``until``. Values: ``now``,
``until``."""

_mine = (OutboxMail.id == bindparam("mail_id"), OutboxMail.attempts == bindparam("attempt"))
delete_mail = delete(OutboxMail).where(*_mine)
"""Values: ``mail_id``, ``attempt``. Does nothing if another worker has claimed the mail since this attempt."""

postpone_mail = update(OutboxMail).where(*_mine).values(due_at=bindparam("next"), last_error=bindparam("error"))
"""Values: ``mail_id``, ``attempt``, ``next``, ``error``. Like ``delete_mail``, it spares a mail claimed since."""

_again = {"due_at": bindparam("now", type_=_moment), "attempts": 0}
retry_given_up = update(OutboxMail).where(OutboxMail.due_at.is_(None)).values(_again)
"""Value: ``now``."""
retry_one = update(OutboxMail).where(OutboxMail.id == bindparam("mail_id")).values(_again)
"""Values: ``mail_id``, ``now``."""

count_mails = Query(select(func.count().label("total"), func.count(OutboxMail.due_at).label("waiting")), MailCounts)

_inviter = aliased(User)
select_invitation = Query(
    select(
        Invitation.id.label("id"),
        Invitation.nonce,
        Invitation.token_hash,
        Invitation.expires_at,
        User.username,
        User.email,
        _inviter.username.label("inviter_username"),
        _inviter.display_name.label("inviter_display_name"),
    )
    .join(User, User.id == Invitation.user_id)
    .outerjoin(_inviter, and_(_inviter.id == Invitation.inviter_id, _inviter.deleted_at.is_(None)))
    .where(
        Invitation.id == bindparam("invitation_id"),
        Invitation.token_hash.is_not(None),
        Invitation.accepted_at.is_(None),
        Invitation.expires_at > bindparam("now", type_=_moment),
        or_(_inviter.id.is_not(None), Invitation.by_operator),
        User.pending,
        User.deleted_at.is_(None),
    ),
    InvitationToSend,
)
"""An invitation whose mailed link is valid. Values: ``invitation_id``, ``now``."""

select_invitation_of = Query(select(Invitation.id.label("id")).where(Invitation.user_id == bindparam("user_id")), Id)
"""Value: ``user_id``."""

select_invitation_waiting = select(Invitation).where(
    Invitation.user_id == bindparam("user_id"), Invitation.accepted_at.is_(None)
)
"""A user's open invitation, as a model object. Value: ``user_id``."""


@cache
def select_mails(*, capped: bool) -> PageQuery[MailRecord]:
    """A page of the outbox, oldest first."""
    order = [(OutboxMail.created_at, False), (OutboxMail.id, False)]
    hits = select(OutboxMail.id).select_from(OutboxMail)
    return PageQuery(paged(hits, OutboxMail.id, COLUMNS, order, capped=capped), MailRecord)
