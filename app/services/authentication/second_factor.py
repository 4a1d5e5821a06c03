"""The second factor of accounts: setup, login, requirement, reset (Umami 3.3 and later)."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import pyotp

from app.db.reads import fetch_all, fetch_one
from app.db.session import execute_count, retried, transaction
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import (
    BadPartialToken,
    NoLongerEnabled,
    NoPendingSetup,
    NotFound,
    ResettingOwnFactor,
    SecondFactorEnabled,
    SecondFactorNotEnabled,
    SecondFactorRequired,
    UnknownTeam,
    WrongFactorPassword,
    WrongPassword,
)
from app.models import SECOND_FACTOR_REQUIRED, PartialLogin, SecondFactor, ServerSetting, Team, utcnow
from app.queries import second_factor as queries
from app.queries import teams as team_queries
from app.runtime import runtime
from app.services import events
from app.services.acting import lock_admins, lock_user
from app.services.authentication import codes, login, qr_codes
from app.services.authentication.bearer import Identity
from app.services.authentication.credentials import note_seen, open_session
from app.services.authentication.login import Login
from app.services.authentication.partial_logins import mark_of

ISSUER = "Frontdesk"
"""What authenticator apps call the account's server."""
Reason = Literal["global", "user", "team"]


@dataclass(frozen=True, slots=True)
class Status:
    """Whether a user has a second factor, and whether one is required."""

    is_enabled: bool
    required_reason: Reason | None
    """Who requires it: the rule for everyone, or for all administrators; for this user; for one of the teams."""
    global_required: bool

    @property
    def is_required(self) -> bool:
        return self.required_reason is not None


@dataclass(frozen=True, slots=True)
class Setup:
    """What an authenticator app needs."""

    manual_key: str
    """The secret, to be typed."""
    otpauth_url: str
    """The same for the app, as the QR codes hold it."""
    qr_code_data_url: str
    """A PNG picture."""
    qr_code_svg: str


@dataclass(frozen=True, slots=True)
class Reset:
    """How many rows a reset deleted."""

    factors: int
    backup_codes: int
    used_codes: int
    locks: int


def status(actor: Actor) -> Status:
    """Return whether the actor has a second factor, and who requires one."""
    return _status_of(actor.user_id)


@retried
def start_setup(actor: Actor) -> Setup:
    """
    Make a secret for the actor's authenticator app. It counts once a code has confirmed it; a pending one is replaced.

    :raises SecondFactorEnabled: there is a second factor already
    """
    secret = codes.new_secret()
    with transaction() as session:
        lock_user(session, actor, actor.user_id)
        factor = session.get(SecondFactor, actor.user_id) or SecondFactor(user_id=actor.user_id)
        if factor.enabled_at is not None:
            raise SecondFactorEnabled
        factor.sealed_secret, factor.created_at = codes.seal(actor.user_id, secret), utcnow()
        session.add(factor)
    url = pyotp.TOTP(secret).provisioning_uri(name=actor.username, issuer_name=ISSUER)
    return Setup(secret, url, qr_codes.png_data_url(url), qr_codes.svg(url))


@retried
def confirm_setup(actor: Actor, code: str) -> list[str]:
    """
    Enable the second factor that was set up, by its first code. Returns ten backup codes, shown this once.

    :raises NoPendingSetup: none waits for its first code
    :raises WrongCode, CodeUsed, FactorLocked: see ``codes.enter_code``
    """
    with transaction(codes.CONFLICTS) as session:
        lock_user(session, actor, actor.user_id)
        factor = session.get(SecondFactor, actor.user_id)
        if factor is None or factor.enabled_at is not None:
            raise NoPendingSetup
        error = codes.enter_code(session, actor, codes.unseal(actor.user_id, factor.sealed_secret), code)
        if error is None:
            factor.enabled_at = utcnow()
            made = codes.replace_backup_codes(session, actor.user_id)
            events.record(session, events.SecondFactorEnabled(actor, actor.user_id, actor.username))
    if error is not None:
        raise error
    return made


def cancel_setup(actor: Actor) -> None:
    """Forget a second factor that waits for its first code; one that is enabled stays."""
    execute_count(queries.delete_pending_factor, owner_id=actor.user_id)


@retried
def disable(actor: Actor, *, password: str, code: str) -> None:
    """
    Disable the actor's second factor, by the password and a code of the app.

    :raises SecondFactorRequired: it is required of the actor
    :raises WrongFactorPassword, Throttled: see ``login.confirm_password``
    :raises SecondFactorNotEnabled: there is none
    :raises WrongCode, CodeUsed, FactorLocked: see ``codes.enter_code``
    """
    if _status_of(actor.user_id).is_required:
        raise SecondFactorRequired
    try:
        login.confirm_password(actor, password)
    except WrongPassword:
        raise WrongFactorPassword from None
    with transaction(codes.CONFLICTS) as session:
        lock_user(session, actor, actor.user_id)
        factor = session.get(SecondFactor, actor.user_id)
        if factor is None or factor.enabled_at is None:
            raise SecondFactorNotEnabled
        error = codes.enter_code(session, actor, codes.unseal(actor.user_id, factor.sealed_secret), code)
        if error is None:
            session.delete(factor)
            for statement in (queries.delete_backup_codes, queries.delete_partials):
                execute_count(statement, owner_id=actor.user_id)
            events.record(session, events.SecondFactorDisabled(actor, actor.user_id, actor.username))
    if error is not None:
        raise error


@retried
def verify(actor: Actor, *, code: str | None = None, backup_code: str | None = None, user_agent: str = "") -> Login:
    """
    Complete a partial login with a code of the app, or with a backup code.

    :param actor: who ``partial_logins.identify_partial`` returned
    :raises BadPartialToken: the partial login has ended meanwhile
    :raises NoLongerEnabled: the user has no second factor any more
    :raises WrongCode, CodeUsed, FactorLocked: see ``codes``
    """
    token = ""
    with transaction(codes.CONFLICTS) as session:
        user = lock_user(session, actor, actor.user_id)
        partial = session.get(PartialLogin, actor.credential.id)
        if user is None or partial is None or partial.password_mark != mark_of(user.password_hash):
            raise BadPartialToken
        factor = session.get(SecondFactor, user.id)
        if factor is None or factor.enabled_at is None:
            raise NoLongerEnabled
        if backup_code is not None:
            error = codes.enter_backup_code(session, actor, backup_code)
        else:
            error = codes.enter_code(session, actor, codes.unseal(user.id, factor.sealed_secret), code or "")
        if error is None:
            session.delete(partial)
            token = open_session(actor, user_agent=user_agent)
    if error is not None:
        raise error
    note_seen(actor.user_id)
    return Login(token, Identity(actor, fetch_all(team_queries.select_brief_teams, user_id=actor.user_id)))


@retried
def require_of_all(actor: Actor, *, required: bool) -> None:
    """Require a second factor of all users, or no longer. For administrators."""
    policy.require(policy.can_administer(actor))
    with transaction() as session:
        lock_admins(actor)  # takes turns with others
        setting = session.get(ServerSetting, SECOND_FACTOR_REQUIRED)
        if setting is None:
            setting = ServerSetting(name=SECOND_FACTOR_REQUIRED, value="false")
            session.add(setting)
        if setting.value != str(required).lower():
            setting.value = str(required).lower()
            events.record(session, events.SecondFactorRequirementChanged(actor, None, None, required))


@retried
def require_of_user(actor: Actor, user_id: UUID, *, required: bool) -> None:
    """Require a second factor of a user, or no longer. For administrators. :raises NotFound: there is no such user"""
    policy.require(policy.can_administer(actor))
    with transaction() as session:
        user = lock_user(session, actor, user_id)
        if user is None:
            raise NotFound
        if user.two_factor_required != required:
            user.two_factor_required = required
            events.record(session, events.SecondFactorRequirementChanged(actor, user_id, None, required))


@retried
def require_of_team(actor: Actor, team_id: UUID, *, required: bool) -> None:
    """
    Require a second factor of everyone in a team, or no longer. For administrators.

    :raises UnknownTeam: there is no such team
    """
    policy.require(policy.can_administer(actor))
    with transaction() as session:
        lock_admins(actor)
        team = session.get(Team, team_id, with_for_update={"key_share": True})
        if team is None or team.deleted_at is not None:
            raise UnknownTeam
        if team.two_factor_required != required:
            team.two_factor_required = required
            events.record(session, events.SecondFactorRequirementChanged(actor, None, team_id, required))


def is_enabled(actor: Actor, user_id: UUID) -> bool:
    """Return whether a user has a second factor; False for an unknown user. For administrators."""
    policy.require(policy.can_administer(actor))
    return _status_of(user_id).is_enabled


@retried
def reset(actor: Actor, user_id: UUID) -> Reset:
    """
    Remove a user's second factor, as when the phone is lost. A requirement stays. For administrators.

    :raises ResettingOwnFactor: the actor's own
    :raises ConfirmationNeeded: see ``policy.require_confirmed``
    """
    policy.require(policy.can_administer(actor))
    policy.require_confirmed(actor)
    if actor.is_user(user_id):
        raise ResettingOwnFactor
    with transaction() as session:
        user = lock_user(session, actor, user_id)
        if user is None:
            return Reset(0, 0, 0, 0)
        counts = Reset(
            factors=execute_count(queries.delete_factor, owner_id=user_id),
            backup_codes=execute_count(queries.delete_backup_codes, owner_id=user_id),
            used_codes=execute_count(queries.delete_steps, owner_id=user_id),
            locks=execute_count(queries.delete_lock, owner_id=user_id),
        )
        execute_count(queries.delete_partials, owner_id=user_id)
        if counts != Reset(0, 0, 0, 0):
            events.record(session, events.SecondFactorReset(actor, user.id, user.username))
    return counts


def _status_of(user_id: UUID) -> Status:
    found = fetch_one(queries.select_status, user_id=user_id, admins_need_it=runtime().config.two_factor_for_admins)
    if found is None:
        return Status(is_enabled=False, required_reason=None, global_required=False)
    reason: Reason | None = "user" if found.for_user else "team" if found.for_team else None
    if found.for_all or found.for_admins:
        reason = "global"
    return Status(bool(found.enabled), reason, bool(found.for_all))
