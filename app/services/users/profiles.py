"""What accounts say of themselves beyond a name, and that no two people can be called the same."""

from datetime import timedelta
from enum import Enum
from hashlib import sha256
from uuid import UUID

from app.db.reads import fetch_all
from app.db.session import Unit, db, execute_count, transaction
from app.domain import emails
from app.domain.actor import Actor
from app.domain.errors import Conflict, EmailIsUsername, EmailTaken, UserIdTaken, UsernameIsEmail, UsernameTaken
from app.domain.folding import fold
from app.domain.names import clean_display_name
from app.models import User, utcnow
from app.queries import mail as mail_queries
from app.queries import profiles as queries
from app.queries.password_resets import delete_of_user as delete_resets
from app.runtime import runtime
from app.security.link_tokens import new_nonce
from app.security.tokens import hash_token
from app.services import events
from app.services.events import EmailChanged, InvitationResent, PasswordChanged

NOBODY = UUID(int=0)


class Unset(Enum):
    """Stands for a value that is not to be changed, where None takes it away."""

    UNSET = "unset"


UNSET = Unset.UNSET


def clean_email(text: str, field: str = "email") -> str:
    """
    An address as an account may have it.

    :raises Invalid: it is none
    :raises EmailDomainNotAllowed: its domain is none of those that the settings list
    """
    return emails.clean_email(text, field, domains=emails.parsed_domains(runtime().config.email_domains))


def given_email(text: str | Unset | None) -> str | Unset | None:
    """An address that a change names: None and empty text take it away. Domains are not looked at. :raises Invalid"""
    return text if isinstance(text, Unset) else emails.clean_email(text) if text else None


def given_display_name(text: str | Unset | None) -> str | Unset | None:
    """A display name that a change names, likewise. :raises Invalid: too long, or holds control characters"""
    return text if isinstance(text, Unset) else clean_display_name(text) if text else None


def is_other(old: str | None, new: str | Unset | None) -> bool:
    """Whether it is another address, and not the same one spelt in another case."""
    if isinstance(new, Unset) or old is None or new is None:
        return new is not UNSET and new is not old
    return fold(old) != fold(new)


def claim_names(*, username: str | None = None, email: str | None = None, user_id: UUID | None = None) -> None:
    """
    Make sure that the username is nobody else's e-mail address, and the address nobody else's username, until the
    transaction at hand ends. Whoever writes one of them calls this first; what is unique anyway the indexes decide.

    :param user_id: who may be called so already
    :raises UsernameIsEmail, EmailIsUsername: it is
    """
    keys = {"username_key": username and fold(username), "email_key": email and fold(email)}
    with transaction() as session:
        if db.engine.dialect.name == "postgresql":
            for number in sorted({_number(key) for key in keys.values() if key}):
                session.execute(queries.hold_name, {"number": number})
        for clash in fetch_all(queries.select_clashes, user_id=user_id or NOBODY, **keys):
            if username is not None and clash.email_key == keys["username_key"]:
                raise UsernameIsEmail(username)
            raise EmailIsUsername(email or "")


def _number(key: str) -> int:
    """What PostgreSQL locks instead of a name: 64 bits with a sign."""
    return int.from_bytes(sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big", signed=True)


def set_email(session: Unit, actor: Actor, user: User, email: str | None) -> None:
    """
    Give an account, which is locked and whose names are claimed, another address or none. For services, which have
    asked for permission.

    :raises EmailDomainNotAllowed: its domain is none of those that the settings list
    """
    old = user.email
    if is_other(old, email):
        if email is not None:
            clean_email(email)
        execute_count(delete_resets, owner_id=user.id)  # mailed to the old address
        events.record(session, EmailChanged(actor, user.id, user.username, old, email, user.pending))
        if user.pending:
            _invite_anew(session, actor, user, email)
    user.email = email


def _invite_anew(session: Unit, actor: Actor, user: User, email: str | None) -> None:
    """What was mailed to the old address lets nobody in any more; the new one gets a link of its own."""
    invitation = session.scalars(mail_queries.select_invitation_waiting, {"user_id": user.id}).one_or_none()
    if invitation is None:
        return
    invitation.nonce = new_nonce()
    token = runtime().link_tokens.derive("invitation", invitation.id, invitation.nonce)
    invitation.token_hash, invitation.link_token_hash = hash_token(token), None
    invitation.expires_at = utcnow() + timedelta(days=runtime().config.invitation_days)
    events.record(session, InvitationResent(actor, invitation.id, user.id, user.username, email))


def note_password_changed(session: Unit, actor: Actor, user: User, *, address: str | None, by: str) -> None:
    """
    Whatever follows from another password for other ways in: links that set one end.

    :param address: the e-mail address that the account had before
    :param by: ``self``, ``admin`` or ``link``
    """
    execute_count(delete_resets, owner_id=user.id)
    events.record(session, PasswordChanged(actor, user.id, user.username, address, by))


def clashes(username: str | None, email: str | None) -> dict[str, Conflict]:
    """What a lost race for a name or an address is called, for ``transaction``."""
    return {
        "uq_user_username_key": UsernameTaken(username or ""),
        "uq_user_email_key": EmailTaken(email or ""),
        "pk_user": UserIdTaken(),
    }
