"""Writing accounts of users whose passwords cannot be copied: each gets an invitation, whose link sets the password."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all
from app.db.session import Unit, retried
from app.db.sql.json_list import ids, texts
from app.domain.folding import fold
from app.domain.roles import Role
from app.models import new_id, utcnow
from app.queries import importing as queries
from app.queries.importing import AccountHere
from app.runtime import runtime
from app.security.link_tokens import FOR_INVITATION, new_nonce
from app.security.tokens import hash_token
from app.services import events
from app.services.audit.rows import action_of
from app.services.events import InvitationCreated, InvitationResent, UserDeleted
from app.services.importing.report import Kind, Outcome
from app.services.importing.rows import Loss, UserRow
from app.services.importing.run import Batch, Run
from app.services.importing.users import write_users
from app.services.users import profiles

NO_ADMIN = Loss("superuser", "is a superuser in the source, and an ordinary user here")
WAS_HERE = ("deleted-here", "was deleted here, or declined the invitation")
IS_ADMIN = (
    "administrator",
    "is an administrator here, so username and address stay; to change them, use --update and --superusers",
)
NO_ADDRESS = Loss("no-email", "has no e-mail address, so the link of the invitation has to be handed over")


@dataclass(slots=True)
class Inviting:
    """How to invite users, and how many were."""

    mail: bool
    """Whether to mail the links. Otherwise invitations get no link yet, and this can be done later."""
    until: datetime
    """When the links expire."""
    admins: bool
    """Whether the source's administrators become administrators here."""
    mailed: int = 0
    not_mailed: int = 0

    @retried
    def write(self, run: Run, rows: Sequence[UserRow]) -> Batch:
        """Write accounts in one transaction, with their invitations and the mails; see ``Run.write``."""
        with run.transaction(profiles.clashes("", "")) as session:
            wanted = ids(row.id for row in rows)
            here = {account.id: account for account in fetch_all(queries.select_accounts, ids=wanted)}
            gone = _gone(run, [row for row in rows if row.id not in here])
            batch = write_users(run, [self._as_here(row, here.get(row.id)) for row in rows if row.id not in gone])
            for row in rows:
                if row.id in gone:
                    batch.report.remark(Kind.USERS, row, Outcome.SKIPPED, *WAS_HERE)
                elif row.id in here and self._protects(here[row.id]) and _is_renamed(row, here[row.id]):
                    batch.report.remark(Kind.USERS, row, Outcome.ADJUSTED, *IS_ADMIN)
            sent = self._send_unsent(session, run, list(here)) if self.mail else 0
            invited = self._invite(session, run, batch.created) if batch.created else 0
        self.mailed += sent + invited
        self.not_mailed += len(batch.created) - invited
        return batch

    def _as_here(self, row: UserRow, here: AccountHere | None) -> UserRow:
        """Return the row as it is compared and stored: what the source does not say stays as it is here."""
        if here is not None:
            if self._protects(here):
                row = replace(row, username=here.username, email=here.email)
            decides = self.admins and Role.ADMIN in (row.role, here.role)
            return replace(row, display_name=here.display_name, role=row.role if decides else here.role)
        lost = row.role == Role.ADMIN and not self.admins
        losses = [*row.losses, *([NO_ADMIN] if lost else []), *([] if row.email else [NO_ADDRESS])]
        return replace(row, pending=True, losses=losses, role=Role.USER.value if lost else row.role)

    def _protects(self, here: AccountHere) -> bool:
        """Whether the source cannot change the account: with its address, an administrator's could be taken over."""
        return here.role == Role.ADMIN and here.deleted_at is None and not self.admins

    def _invite(self, session: Unit, run: Run, rows: Sequence[UserRow]) -> int:
        """Make an invitation for each of the new accounts, and return how many are mailed."""
        invitations = [self._invitation(run, row) for row in rows]
        session.execute(queries.insert_invitations, invitations)
        addresses = [row.email if self.mail else None for row in rows]  # the event's address gets a mail
        made = [
            InvitationCreated(run.actor, one["invitation_id"], row.id, row.username, address, row.role)
            for one, row, address in zip(invitations, rows, addresses, strict=True)
        ]
        events.record_all(session, made)
        return sum(address is not None for address in addresses)

    def _invitation(self, run: Run, row: UserRow) -> dict[str, Any]:
        invitation_id, nonce = new_id(), new_nonce()
        return {
            "invitation_id": invitation_id,
            "user_id": row.id,
            "inviter_id": run.actor.id,
            "by_operator": run.actor.is_operator,
            "role": row.role,
            "teams": [],
            "grants": [],
            "nonce": nonce,
            "token_hash": _link_hash(invitation_id, nonce) if self.mail else None,
            "created_at": utcnow(),
            "expires_at": self.until,
        }

    def _send_unsent(self, session: Unit, run: Run, user_ids: Sequence[UUID]) -> int:
        """Make the links of invitations that have none yet, and return how many are mailed."""
        unsent = fetch_all(queries.hold_unsent, ids=ids(user_ids))
        nonces = [new_nonce() for _ in unsent]
        links = [
            {
                "id": one.id,
                "new_nonce": nonce,
                "new_token_hash": _link_hash(one.id, nonce),
                "new_expires_at": self.until,
            }
            for one, nonce in zip(unsent, nonces, strict=True)
        ]
        if links:
            session.execute(queries.make_link, links)
            sent = [InvitationResent(run.actor, one.id, one.user_id, one.username, one.email) for one in unsent]
            events.record_all(session, sent)
        return len(unsent)


def _gone(run: Run, rows: Sequence[UserRow]) -> set[UUID]:
    """
    Return those of the users who were here once, as the audit log tells, and are not to be invited again.

    An account whose invitation was declined or revoked is deleted for good. With ``same_names``, another account may
    have taken its place.
    """
    deleted = action_of(UserDeleted)
    gone = {row.id for row in fetch_all(queries.select_deleted, ids=ids(row.id for row in rows), action=deleted)}
    if gone and run.options.same_names:
        names = {row.id: fold(row.username) for row in rows if row.id in gone}
        here = {row.username_key for row in fetch_all(queries.select_accounts_named, keys=texts(names.values()))}
        gone = {user_id for user_id in gone if names[user_id] not in here}
    return gone


def _is_renamed(row: UserRow, here: AccountHere) -> bool:
    return row.username != here.username or (row.email is not None and profiles.is_other(here.email, row.email))


def _link_hash(invitation_id: UUID, nonce: str) -> str:
    return hash_token(runtime().link_tokens.derive(FOR_INVITATION, invitation_id, nonce))
