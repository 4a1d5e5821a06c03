"""The usernames and addresses that many new accounts want at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.db.reads import fetch_all
from app.db.sql.json_list import ids, texts
from app.domain.errors import EmailIsUsername, EmailTaken, UsernameIsEmail, UsernameTaken
from app.domain.folding import fold
from app.queries import importing as queries
from app.queries.importing import AccountHere


class Named(Protocol):
    """An account that is to be created."""

    @property
    def id(self) -> UUID: ...
    @property
    def username(self) -> str: ...
    @property
    def email(self) -> str | None: ...


@dataclass(slots=True)
class NamesTaken:
    """The accounts that have these usernames and addresses: those here, and those that are about to be created."""

    by_id: dict[UUID, AccountHere]
    """Also deleted accounts."""
    by_name: dict[str, UUID]
    by_address: dict[str, UUID]

    @classmethod
    def of(cls, rows: Sequence[Named]) -> "NamesTaken":
        """Look up what accounts have the ids, usernames and addresses of the rows."""
        keys = {key for row in rows for key in _keys(row)}
        addresses = [key for key in keys if "@" in key]
        found = [
            *fetch_all(queries.select_accounts, ids=ids(row.id for row in rows)),
            *fetch_all(queries.select_accounts_named, keys=texts(keys)),
            *(fetch_all(queries.select_accounts_at, keys=texts(addresses)) if addresses else ()),
        ]
        return cls(
            {row.id: row for row in found},
            {row.username_key: row.id for row in found if row.username_key is not None},
            {row.email_key: row.id for row in found if row.email_key is not None},
        )

    def require_free(self, row: Named) -> None:
        """:raises Conflict: another account has the username or the address"""
        name, address = fold(row.username), None if row.email is None else fold(row.email)
        if name in self.by_name:
            raise UsernameTaken(row.username)
        if self.by_address.get(name, row.id) != row.id:
            raise UsernameIsEmail(row.username)
        if address is not None and address in self.by_address:
            raise EmailTaken(row.email or "")
        if address is not None and self.by_name.get(address, row.id) != row.id:
            raise EmailIsUsername(row.email or "")

    def claim(self, row: Named) -> None:
        """Take the names for a row."""
        self.by_name[fold(row.username)] = row.id
        if row.email is not None:
            self.by_address[fold(row.email)] = row.id


def _keys(row: Named) -> list[str]:
    return [fold(name) for name in (row.username, row.email) if name]
