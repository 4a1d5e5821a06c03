"""The content of mails in the outbox. Recipients and links are looked up just before a mail is sent."""

from collections.abc import Callable, Mapping
from uuid import UUID

from app.db.reads import fetch_one
from app.domain.folding import fold
from app.domain.message_kinds import Kind
from app.models import utcnow
from app.queries import mail as queries
from app.queries import password_resets as reset_queries
from app.queries.mail import MailRecord
from app.runtime import runtime
from app.security.link_tokens import FOR_INVITATION, INVITATION, PASSWORD_RESET, link_to
from app.security.tokens import hash_token
from app.services.authentication import reset_links
from app.services.notifications.composing import Letter
from app.services.notifications.smtp import Rejected


def letter_for(mail: MailRecord) -> Letter | None:
    """
    Return the content of a mail in the outbox, or None if the mail no longer has a purpose.

    :raises Rejected: the link in it would not work
    """
    return FINDERS.get(Kind(mail.kind), _as_written)(mail)


def _as_written(mail: MailRecord) -> Letter:
    return Letter(mail.id, Kind(mail.kind), mail.recipient, mail.parameters)


def _invitation(mail: MailRecord) -> Letter | None:
    return _invited(mail, UUID(mail.parameters["invitation_id"]))


def _invited(mail: MailRecord, invitation_id: UUID) -> Letter | None:
    row = fetch_one(queries.select_invitation, invitation_id=invitation_id, now=utcnow())
    if row is None or row.email is None:
        return None
    token = runtime().link_tokens.derive(FOR_INVITATION, row.id, row.nonce)
    if hash_token(token) != row.token_hash:
        raise Rejected("the secret key was changed after this invitation was created; send the invitation again")
    values = {
        "inviter": row.inviter_display_name or row.inviter_username,
        "username": row.username,
        "link": link_to(runtime().config.public_url, INVITATION, token),
        "until": f"{row.expires_at:%d %B %Y, %H:%M} UTC",
    }
    return Letter(mail.id, Kind.INVITATION, row.email, values)


def _password_reset(mail: MailRecord) -> Letter | None:
    row = fetch_one(reset_queries.select_account, account_key=fold(mail.parameters["account"]))
    if row is None or row.email is None:
        return None
    if row.pending:  # the account has no password yet: send the invitation again, whose link sets the first one
        invitation = fetch_one(queries.select_invitation_of, user_id=row.id)
        return _invited(mail, invitation.id) if invitation else None
    token = reset_links.make_mailed_link(row.id, mail.id)
    if token is None:
        return None
    values = {
        "username": row.username,
        "link": link_to(runtime().config.public_url, PASSWORD_RESET, token),
        "minutes": f"{runtime().config.password_reset_minutes:g}",
    }
    return Letter(mail.id, Kind.PASSWORD_RESET, row.email, values)


FINDERS: Mapping[Kind, Callable[[MailRecord], Letter | None]] = {
    Kind.INVITATION: _invitation,
    Kind.PASSWORD_RESET: _password_reset,
}
