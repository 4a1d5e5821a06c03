"""A world with everybody who may call and everything they may touch; the matrix and bad input share it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import delete, func, insert, select
from werkzeug.test import TestResponse

from app.db.session import db, transaction
from app.models import (
    Base,
    FailedAttempt,
    Invitation,
    LoginSession,
    Membership,
    Share,
    Team,
    User,
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
PEOPLE = ["view-only", "user", *TEAM_ROLES, "website owner", "admin", "somebody"]
CALLERS = ["anonymous", "share token", *(name for name in PEOPLE if name not in ("colleague", "somebody"))]
"""Who asks, in the order of the table's columns; the two left out are only there to be acted upon."""

ACCESS_CODE = "team_of_the_matrix"
SITE_SLUG, FOREIGN_SLUG = "site-of-the-team", "site-of-somebody"


def token_of(name: str) -> str:
    """Everybody's token is their name, in one word."""
    return name.replace(" ", "-")


STATE = select(
    *(
        select(what).select_from(table).scalar_subquery()
        for table in Base.metadata.sorted_tables
        if table is not FailedAttempt.__table__  # what is refused may count as a guess
        for what in (func.count(), *(func.max(column) for column in table.c if column.name == "updated_at"))
    )
)


class World:
    """
    One team with everybody's role in it, a website of the team, one of each person, a share of two of them.

    Words with a colon stand for ids, in paths and bodies: ``:team``, ``:site`` (the team's), ``:mine`` (a website
    of the caller's own), ``:foreign-site`` (the website owner's), ``:self``, ``:somebody`` (in no team),
    ``:colleague`` (in the team), ``:owner`` (of the team), ``:invitation`` (by the website owner), ``:unknown`` (of
    nothing); see ``ids``.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.password_hash = password_hashing.hash_password(PASSWORD, cost=4)
        self.users = {name: uuid4() for name in PEOPLE}
        self.sites = {name: uuid4() for name in PEOPLE}
        self.sessions = {name: uuid4() for name in PEOPLE}
        self.team, self.site, self.share, self.foreign_share = uuid4(), uuid4(), uuid4(), uuid4()
        self.invitation, self.invited = uuid4(), uuid4()
        self.changed = True

    def restore(self) -> None:
        """Make it as it was, if it has changed."""
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
        """Leave nothing behind."""
        with self.app.app_context(), transaction() as session:
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(delete(table))

    def _rows(self) -> list[tuple[type[Base], list[dict[str, Any]]]]:
        now = utcnow()
        until = {"expires_at": now + timedelta(days=1), "lifetime": 86_400}
        return [
            (User, [self._user(name) for name in PEOPLE]),
            (User, [self._user("invited", id=self.invited, password_hash="", pending=True)]),
            (Invitation, [self._invitation(now)]),
            (LoginSession, [self._session(name) | until for name in PEOPLE]),
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
        return {"id": self.sessions[name], "user_id": self.users[name], "token_hash": tokens.hash_token(token_of(name))}

    @property
    def state(self) -> tuple[Any, ...]:
        """How many rows each table has, and when one was last changed."""
        with self.app.app_context():
            return tuple(db.session.execute(STATE).one())

    def send(self, method: str, path: str, caller: str = "admin", **request: Any) -> TestResponse:
        """Call an endpoint; the path may have words in it."""
        words = self.ids(caller)
        url = "/".join(words.get(part, part) for part in path.split("/"))
        response = self.app.test_client().open(url, method=method, headers=self.headers(caller), **request)
        self.changed = self.changed or (method != "GET" and response.status_code < 400)
        return response

    def filled(self, body: Mapping[str, Any], caller: str = "admin") -> dict[str, Any]:
        """The body with ids for the words in it."""
        words = self.ids(caller)

        def fill(value: Any) -> Any:
            if isinstance(value, Mapping):
                return {key: fill(inner) for key, inner in value.items()}
            return [fill(inner) for inner in value] if isinstance(value, list) else words.get(str(value), value)

        return {key: fill(value) for key, value in body.items()}

    def headers(self, caller: str) -> Mapping[str, str]:
        """What proves who the caller is."""
        if caller == "anonymous":
            return {}
        if caller == "share token":
            with self.app.app_context():
                signed = runtime().share_tokens.sign(self.share)
            return {"x-umami-share-token": signed, "x-umami-share-context": "1"}
        return {"Authorization": f"Bearer {token_of(caller)}"}

    def ids(self, caller: str) -> dict[str, str]:
        """What the words stand for when it is this caller who says them."""
        own = caller if caller in self.users else "somebody"
        found: dict[str, UUID | str] = {
            ":team": self.team,
            ":site": self.site,
            ":share": self.share,
            ":foreign-site": self.sites["website owner"],
            ":foreign-share": self.foreign_share,
            ":mine": self.sites[own],
            ":self": self.users[own],
            ":my-session": self.sessions[own],
            ":foreign-session": self.sessions["colleague"],
            ":somebody": self.users["somebody"],
            ":colleague": self.users["colleague"],
            ":owner": self.users["team-owner"],
            ":invitation": self.invitation,
            ":unknown": uuid4(),
            ":no-id": "me",
            ":slug": SITE_SLUG,
        }
        return {word: str(value) for word, value in found.items()}
