"""Many accounts at once, for callers that send no passwords: creating them, or finding that they are as wanted."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all
from app.db.session import Unit, transaction
from app.db.sql.json_list import ids
from app.domain.actor import Actor
from app.models import User
from app.queries import importing
from app.queries import users as queries
from app.queries.users import UserRecord
from app.services import events
from app.services.acting import recheck
from app.services.events import UserCreated
from app.services.preconditions import Expected, require_expected
from app.services.putting import Put
from app.services.users import accounts, profiles, putting
from app.services.users.names_taken import NamesTaken


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call of ``accounts.create_user``, or of ``putting.put_user``, without a password."""

    values: Mapping[str, Any]
    """The values of the call; of ``put_user``, also ``id``."""
    put: bool = False
    expected: Expected | None = None
    """See ``put_user``."""


def _records(user_ids: Collection[UUID]) -> dict[UUID, UserRecord]:
    return {row.id: row for row in fetch_all(queries.select_users_among, ids=ids(user_ids))} if user_ids else {}


@contextmanager
def _plain_lookups(session: Unit) -> Iterator[None]:
    """Within the block, have PostgreSQL look up names as ``use_indexes`` says."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    if on_postgresql:
        session.execute(importing.use_indexes)
    yield
    if on_postgresql:
        session.execute(importing.combine_indexes)


def make_users(actor: Actor, wanted: Sequence[Wanted]) -> list[User | Put[UserRecord]] | None:
    """
    Return what the single calls would, with a few statements for all of them, if they only create accounts or change
    nothing; otherwise do nothing and return None.

    :raises DomainError: a single call would fail; then nothing is created
    """
    put = {one.values["id"] for one in wanted if one.put}
    with transaction(profiles.clashes("", "")) as session:
        profiles.hold_all_names(session)
        recheck(actor)
        with _plain_lookups(session):
            here = {row.id: row for row in fetch_all(importing.select_accounts, ids=ids(put))} if put else {}
            known = _records(here)
            for one in wanted:
                found = known.get(one.values["id"]) if one.put else None
                if found is not None:
                    stored = here[found.id].password_hash
                    if not putting.is_so(actor, found, stored, expected=one.expected, **one.values):
                        return None
            new = [
                (one, accounts.new_account(actor, **one.values))
                for one in wanted
                if not (one.put and one.values["id"] in known)
            ]
            names = NamesTaken.of([user for _, user in new])
        for one, user in new:
            if user.id in names.by_id:
                return None
            require_expected(one.expected, lambda: None)
            names.require_free(user)
            names.claim(user)
        session.add_all([user for _, user in new])
        session.flush()
        events.record_all(session, [UserCreated(actor, user.id, user.username, user.role) for _, user in new])
        made = {id(one): user for one, user in new}
    return [_answer(one, made.get(id(one)), known) for one in wanted]


def _answer(wanted: Wanted, made: User | None, known: Mapping[UUID, UserRecord]) -> User | Put[UserRecord]:
    """Return what the single call would, for an account that was made now or was known before."""
    if made is None:
        return Put(known[wanted.values["id"]], created=False)
    return Put(UserRecord.of(made), created=True) if wanted.put else made
