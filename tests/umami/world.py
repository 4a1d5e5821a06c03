"""A database with every kind of caller and everything that endpoints work on, for the matrix and tests of bad input."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import delete, func, insert, select
from werkzeug.test import TestResponse

from app.db.session import db, transaction
from app.domain.scopes import UMAMI_SCOPES, Scope
from app.models import (
    ApiKey,
    Base,
    FailedAttempt,
    Invitation,
    LoginSession,
    Membership,
    Share,
    Team,
    User,
    Webhook,
    WebhookDelivery,
    Website,
    utcnow,
)
from app.runtime import runtime
from app.security import password_hashing, tokens

PASSWORD = "correct horse"
TEAM_ROLES = {
    "team-owner": "team-owner",
    "team-manager": "team-manager",
    "team-member": "team-member",
    "team-view-only": "team-view-only",
    "view-only as team-member": "team-member",
    "colleague": "team-member",
}
GLOBAL_ROLES = {"view-only": "view-only", "view-only as team-member": "view-only", "admin": "admin"}
PEOPLE = ["view-only", "user", *TEAM_ROLES, "website owner", "admin", "outsider"]
CALLERS = ["anonymous", "share token", *(name for name in PEOPLE if name not in ("colleague", "outsider"))]
"""The callers in the order of the table's columns. The two that are left out never call."""

ACCESS_CODE = "team_of_the_matrix"
SITE_SLUG, FOREIGN_SLUG = "site-of-the-team", "site-of-outsider"


KEY_SCOPES = {**{scope.value: scope.value for scope in Scope}, "none": None, "chosen": " ".join(sorted(UMAMI_SCOPES))}
"""The scopes of the administrator's API keys, by name. The key ``none`` has none, and ``chosen`` the same as that."""


def key_of(name: str) -> str:
    """Return the API key of this name."""
    return f"umami_{name}"


def token_of(name: str) -> str:
    """Return a user's token: the name with dashes."""
    return name.replace(" ", "-")


WRITTEN_BY_FAILURES = {"audit_end", "audit_event", "audit_tally", "failed_attempt"}
"""Failed requests may count as guesses, and are recorded."""
STATE = select(
    *(
        select(what).select_from(table).scalar_subquery()
        for table in Base.metadata.sorted_tables
        if table.name not in WRITTEN_BY_FAILURES
        for what in (func.count(), *(func.max(column) for column in table.c if column.name == "updated_at"))
    )
)


class World:
    """
    A team with members in every role, a website of the team and of each user, and shares of two websites.

    In paths and bodies, words with a colon are replaced by ids: ``:team``, ``:site`` (the team's), ``:mine`` (the
    caller's website), ``:foreign-site`` (the website owner's), ``:self``, ``:outsider`` (a user in no team),
    ``:deleted`` (a deleted user), ``:colleague`` (in the team), ``:owner`` (of the team), ``:invitation`` (by the
    website owner), ``:webhook``, ``:delivery`` (a message to it), ``:unknown`` (an id that does not exist). ``ids`` has
    all of them.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.password_hash = password_hashing.hash_password(PASSWORD, cost=4)
        self.users = {name: uuid4() for name in PEOPLE}
        self.sites = {name: uuid4() for name in PEOPLE}
        self.sessions = {name: uuid4() for name in PEOPLE}
        self.team, self.site, self.share, self.foreign_share = uuid4(), uuid4(), uuid4(), uuid4()
        self.invitation, self.invited, self.deleted = uuid4(), uuid4(), uuid4()
        self.webhook, self.delivery = uuid4(), uuid4()
        self.changed = True

    def restore(self) -> None:
        """Restore the initial state, if it has changed."""
        if self.changed:
            self.clear()
            with self.app.app_context(), transaction() as session:
                for model, rows in self._rows():
                    session.execute(insert(model), rows)
            self.pristine = self.state
        self.changed = False
        with self.app.app_context(), transaction() as session:
            session.execute(delete(FailedAttempt))

    def clear(self) -> None:
        """Delete all rows."""
        with self.app.app_context(), transaction() as session:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(delete(table))

    def _rows(self) -> list[tuple[type[Base], list[dict[str, Any]]]]:
        now = utcnow()
        until = {"expires_at": now + timedelta(days=1), "lifetime": 86_400}
        return [
            (User, [self._user(name) for name in PEOPLE]),
            (User, [self._user("invited", id=self.invited, password_hash="", pending=True)]),
            (User, [self._user("deleted", id=self.deleted, username_key=None, deleted_at=now)]),
            (Invitation, [self._invitation(now)]),
            (LoginSession, [self._session(name) | until for name in PEOPLE]),
            (ApiKey, [self._key(name) for name in KEY_SCOPES]),
            (Webhook, [{"id": self.webhook, "url": "https://example.com/", "events": "users", "sealed_secret": ""}]),
            (WebhookDelivery, [self._delivery(now)]),
            (Team, [{"id": self.team, "name": "Team", "access_code": ACCESS_CODE}]),
            (
                Membership,
                [
                    {"team_id": self.team, "user_id": self.users[name], "role": role}
                    for name, role in TEAM_ROLES.items()
                ],
            ),
            (Website, [{"id": self.sites[name], "name": name, "user_id": self.users[name]} for name in PEOPLE]),
            (Website, [{"id": self.site, "name": "Site", "team_id": self.team}]),
            (
                Share,
                [
                    {"id": self.share, "entity_id": self.site, "name": "Link", "slug": SITE_SLUG, "parameters": {}},
                    {
                        "id": self.foreign_share,
                        "entity_id": self.sites["website owner"],
                        "name": "Link",
                        "slug": FOREIGN_SLUG,
                        "parameters": {},
                    },
                ],
            ),
        ]

    def _user(self, name: str, **others: Any) -> dict[str, Any]:
        role = GLOBAL_ROLES.get(name, "user")
        key = {"username": name, "username_key": name, "password_hash": self.password_hash}
        return {"id": self.users.get(name), "role": role, **key, **others}

    def _invitation(self, now: datetime) -> dict[str, Any]:
        of = {"id": self.invitation, "user_id": self.invited, "inviter_id": self.users["website owner"]}
        what = {"role": "user", "teams": [], "grants": [], "nonce": "0" * 32, "token_hash": "0" * 64}
        return {**of, **what, "expires_at": now + timedelta(days=1)}

    def _session(self, name: str) -> dict[str, Any]:
        own = {"id": self.sessions[name], "user_id": self.users[name], "token_hash": tokens.hash_token(token_of(name))}
        return own | {"confirmed_at": utcnow()}

    def _delivery(self, now: datetime) -> dict[str, Any]:
        of = {"id": self.delivery, "webhook_id": self.webhook, "type": "ping", "payload": "{}"}
        return {**of, "due_at": None, "delivered_at": now, "status": 200}

    def _key(self, name: str) -> dict[str, Any]:
        of = {"user_id": self.users["admin"], "name": name, "scopes": KEY_SCOPES[name]}
        return {**of, "token_hash": tokens.hash_api_key(key_of(name)), "key_prefix": "umami_"}

    @property
    def state(self) -> tuple[Any, ...]:
        """The number of rows of each table, and when one was last changed."""
        with self.app.app_context():
            return tuple(db.session.execute(STATE).one())

    def send(self, method: str, path: str, caller: str = "admin", **request: Any) -> TestResponse:
        """Call an endpoint, by default with the caller's session; words with a colon in the path are replaced."""
        request.setdefault("headers", self.headers(caller))
        words = self.ids(caller)
        url = "".join(words.get(part, part) for part in re.split("([/=])", path))
        response = self.app.test_client().open(url, method=method, **request)
        self.changed = self.changed or (method != "GET" and response.status_code < 400)
        return response

    def filled(self, body: Mapping[str, Any], caller: str = "admin") -> dict[str, Any]:
        """Return the body with words with a colon replaced."""
        words = self.ids(caller)

        def fill(value: Any) -> Any:
            if isinstance(value, Mapping):
                return {key: fill(inner) for key, inner in value.items()}
            return [fill(inner) for inner in value] if isinstance(value, list) else words.get(str(value), value)

        return {key: fill(value) for key, value in body.items()}

    def headers(self, caller: str) -> Mapping[str, str]:
        """Return the headers that authenticate a caller."""
        if caller == "anonymous":
            return {}
        if caller == "share token":
            with self.app.app_context():
                signed = runtime().share_tokens.sign(self.share)
            return {"x-umami-share-token": signed, "x-umami-share-context": "1"}
        return {"Authorization": f"Bearer {token_of(caller)}"}

    def ids(self, caller: str) -> dict[str, str]:
        """Return the values of the words with a colon in a request of this caller."""
        own = caller if caller in self.users else "outsider"
        found: dict[str, UUID | str] = {
            ":team": self.team,
            ":site": self.site,
            ":share": self.share,
            ":foreign-site": self.sites["website owner"],
            ":foreign-share": self.foreign_share,
            ":mine": self.sites[own],
            ":self": self.users[own],
            ":deleted": self.deleted,
            ":my-session": self.sessions[own],
            ":foreign-session": self.sessions["colleague"],
            ":outsider": self.users["outsider"],
            ":colleague": self.users["colleague"],
            ":owner": self.users["team-owner"],
            ":invitation": self.invitation,
            ":webhook": self.webhook,
            ":delivery": self.delivery,
            ":unknown": uuid4(),
            ":no-id": "me",
            ":slug": SITE_SLUG,
        }
        return {word: str(value) for word, value in found.items()}
