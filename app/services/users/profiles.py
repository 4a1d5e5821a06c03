"""E-mail addresses and display names, and the rule that no two users share a username or an address."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from app.db.reads import fetch_all, fetch_committed
from app.db.session import Unit, db, execute_count, transaction
from app.domain import emails
from app.domain.actor import Actor
from app.domain.errors import (
    Conflict,
    DeletedUserId,
    EmailIsUsername,
    EmailTaken,
    ExternalIdTaken,
    UserIdTaken,
    UsernameIsEmail,
    UsernameTaken,
)
from app.domain.folding import fold
from app.domain.names import clean_display_name
from app.domain.unset import UNSET, Unset
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
ALL_HELD_IN = "frontdesk_all_names_held_in"
"""Key in the session's ``info``: the transaction in which all names are held."""


def clean_email(text: str, field: str = "email") -> str:
    """
    Return the address in the form in which it is stored.

    :raises InvalidEmail: it is not a valid address
    :raises EmailDomainNotAllowed: the settings list the allowed domains, and its domain is not among them
    """
    return emails.clean_email(text, field, domains=emails.parsed_domains(runtime().config.email_domains))


def given_email(text: str | Unset | None) -> str | Unset | None:
    """
    Return the new address that a call gives: None, or an empty text, removes the address.

    The domain is not checked here, so that an existing address can be sent back unchanged; ``set_email`` checks it.

    :raises InvalidEmail: it is not a valid address
    """
    return text if isinstance(text, Unset) else emails.clean_email(text) if text else None


def given_display_name(text: str | Unset | None) -> str | Unset | None:
    """
    Return the new display name that a call gives: None, or an empty text, removes it.

    :raises Invalid: it is too long, or contains control characters
    """
    return text if isinstance(text, Unset) else clean_display_name(text) if text else None


def is_other(old: str | None, new: str | Unset | None) -> bool:
    """Return whether ``new`` is a different address, and not the same one in another case."""
    if isinstance(new, Unset) or old is None or new is None:
        return new is not UNSET and new is not old
    return fold(old) != fold(new)


def claim_names(*, username: str | None = None, email: str | None = None, user_id: UUID | None = None) -> None:
    """
    Make sure that the username is not another user's e-mail address, nor the address another user's username.

    This holds until the current transaction ends. Call it before writing either of them. Unique indexes ensure that no
    two users have the same username, or the same address.

    :param user_id: the user whose own names do not count
    :raises UsernameIsEmail: the username is another user's e-mail address
    :raises EmailIsUsername: the e-mail address is another user's username
    """
    keys = {"username_key": username and fold(username), "email_key": email and fold(email)}
    with transaction() as session:
        held = session.info.get(ALL_HELD_IN)
        if db.engine.dialect.name == "postgresql" and (held is None or held is not session().get_transaction()):
            for number in sorted({_number(key) for key in keys.values() if key}):
                session.execute(queries.hold_name, {"number": number})
        for clash in fetch_all(queries.select_clashes, user_id=user_id or NOBODY, **keys):
            if username is not None and clash.email_key == keys["username_key"]:
                raise UsernameIsEmail(username)
            raise EmailIsUsername(email or "")


def hold_all_names(session: Unit) -> None:
    """
    Keep others from claiming any name until the transaction ends; ``claim_names`` then takes no lock for each.

    PostgreSQL has room for a few thousand locks only, too few for the names of large imports.
    """
    if db.engine.dialect.name == "postgresql":
        session.execute(queries.hold_all_names)
        session.info[ALL_HELD_IN] = session().get_transaction()


def _number(key: str) -> int:
    """Return the key of PostgreSQL's advisory lock for a name: a signed 64-bit integer."""
    return int.from_bytes(sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big", signed=True)


def set_email(session: Unit, actor: Actor, user: User, email: str | None) -> None:
    """
    Change or remove the address of an account. For services that have already checked permission.

    The account must be locked, and the address claimed with ``claim_names``.

    :raises EmailDomainNotAllowed: see ``clean_email``
    """
    old = user.email
    if is_other(old, email):
        if email is not None:
            clean_email(email)
        execute_count(delete_resets, owner_id=user.id)  # the link went to the old address
        events.record(session, EmailChanged(actor, user.id, user.username, old, email, user.pending))
        if user.pending:
            _invite_anew(session, actor, user, email)
    user.email = email


def _invite_anew(session: Unit, actor: Actor, user: User, email: str | None) -> None:
    """Invalidate the invitation link that went to the old address, and have a new one sent to the new address."""
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
    Delete the user's password reset links, and record that the password was changed.

    :param address: the e-mail address that the account had before the call
    :param by: ``self``, ``admin`` or ``link``
    """
    execute_count(delete_resets, owner_id=user.id)
    events.record(session, PasswordChanged(actor, user.id, user.username, address, by))


def require_free(
    *,
    id: UUID | None = None,
    username: str | None = None,
    email: str | None = None,
    external_id: str | None = None,
    user_id: UUID | None = None,
) -> None:
    """
    Check that no other account has any of these, before expensive work such as hashing a password.

    Constraints decide when two requests want the same at once. The check opens no transaction, nor waits for one.

    :param user_id: the user whose own values do not count
    :raises Conflict: see ``claim_names`` and ``clashes``
    """
    keys = {"username_key": username and fold(username), "email_key": email and fold(email)}
    found = fetch_committed(queries.select_taken, user_id=user_id or NOBODY, id=id, external_id=external_id, **keys)
    for row in found:
        if row.id == id:
            raise DeletedUserId if row.deleted else UserIdTaken
        if username is not None and row.username_key == keys["username_key"]:
            raise UsernameTaken(username)
        if username is not None and row.email_key == keys["username_key"]:
            raise UsernameIsEmail(username)
        if email is not None and row.email_key == keys["email_key"]:
            raise EmailTaken(email)
        if email is not None and row.username_key == keys["email_key"]:
            raise EmailIsUsername(email)
        raise ExternalIdTaken("user")


def clashes(username: str | None, email: str | None) -> dict[str, Conflict]:
    """Return the errors for names that another request has just taken, by constraint, for ``transaction``."""
    return {
        "uq_user_username_key": UsernameTaken(username or ""),
        "uq_user_email_key": EmailTaken(email or ""),
        "uq_user_external_id": ExternalIdTaken("user"),
        "pk_user": UserIdTaken(),
    }
