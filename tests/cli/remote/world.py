"""An installation with a bit of everything, whose ids are always the same."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import insert, update

from app.db.session import db, transaction
from app.domain.actor import OPERATOR
from app.models import ApiKey, Base, Invitation, LoginSession, User, Webhook, WebhookDelivery, utcnow
from app.queries.audit import hold_chain
from app.security import tokens
from app.services.access import grants
from app.services.teams import memberships, teams
from app.services.users import accounts, disabling
from app.services.websites import shares, websites
from tests.conftest import EMPTIED

KEY = "umami_" + "k" * 40
IDS = {name: UUID(int=0x01900000_0000_7000_8000_000000000000 + number) for number, name in enumerate(
    ["admin", "ada", "bob", "carl", "gone", "blue", "red", "shop", "blog", "twin", "other-twin", "invitation", "eve",
     "session", "old-session", "webhook", "delivery", "nothing"]
)}  # fmt: skip
KNOWN = {str(found) for found in IDS.values()}
ANY_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
VARYING = [
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<hash>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<token>"),
    (re.compile(r"\bteam_[A-Za-z0-9]{8,}"), "<code>"),
    (re.compile(r"whsec_[A-Za-z0-9+/=]+"), "<secret>"),
    (re.compile(r"(password[\" :,]+)[0-9A-Za-z]{16}"), r"\1<password>"),
    (re.compile(r",[0-9A-Za-z]{16}(?=\r?\n)"), ",<password>"),
    (re.compile(r"by grant from admin"), "by grant"),
    (re.compile(r'"grantedBy": \{[^}]*\}'), '"grantedBy": null'),
    (re.compile(r'"inviter_name": "admin"'), '"inviter_name": null'),
    (re.compile(r"(?m)^inviter_name  admin$"), "inviter_name"),
    (re.compile(r"(,open),admin,"), r"\1,,"),
]


def build(app: Flask) -> None:
    """Fill an empty database."""
    with app.app_context():
        people = {"admin": "admin", "ada": "user", "bob": "view-only", "carl": "user", "gone": "user"}
        for name, role in people.items():
            profile = {"email": f"{name}@example.com", "display_name": f"{name.title()} L."} if name != "bob" else {}
            accounts.create_user(OPERATOR, id=IDS[name], username=name, password="correct horse", role=role, **profile)
        teams.create_team(OPERATOR, id=IDS["blue"], name="Blue", owner_id=IDS["ada"])
        teams.create_team(OPERATOR, id=IDS["red"], name="Red", owner_id=IDS["admin"])
        memberships.add_member(OPERATOR, IDS["blue"], user_id=IDS["bob"], role="team-member")
        for name, domain, owner in [
            ("Shop", "shop.example", {"owner_id": IDS["ada"]}),
            ("Blog, =new", "blog.example", {"team_id": IDS["blue"]}),
        ]:
            made = IDS["shop" if name == "Shop" else "blog"]
            websites.create_website(OPERATOR, id=made, name=name, domain=domain, **owner)
        for name in ("twin", "other-twin"):
            websites.create_website(OPERATOR, id=IDS[name], name="Twin", domain=f"{name}.example", owner_id=IDS["carl"])
        shares.create_share(OPERATOR, IDS["shop"], name="Link", slug="our-shop")
        grants.set_access(OPERATOR, IDS["bob"], [IDS["shop"]], "view")
        disabling.disable_user(OPERATOR, IDS["carl"])
        accounts.delete_user(OPERATOR, IDS["gone"])
        with transaction() as session:
            for days, name in enumerate(["ada", "bob"], start=100):
                session.execute(update(User).where(User.id == IDS[name]).values(created_at=utcnow() - timedelta(days)))
            for model, row in rows():
                session.execute(insert(model), row)


def rows() -> Iterator[tuple[type[Base], dict[str, Any]]]:
    """Yield the rows of an API key, two sessions, an invitation, and a webhook with a message."""
    now = utcnow()
    until = {"expires_at": now + timedelta(days=7)}
    key = {"token_hash": tokens.hash_api_key(KEY), "key_prefix": "umami_", "scopes": "admin"}
    yield ApiKey, {"user_id": IDS["admin"], "name": "all", **key}
    for number, name in enumerate(["session", "old-session"]):
        login = {"token_hash": tokens.hash_token(name), "lifetime": 86_400, **until}
        yield LoginSession, {"id": IDS[name], "user_id": IDS["ada"], "created_at": now - timedelta(number), **login}
    invited = {"id": IDS["eve"], "username": "eve", "username_key": "eve", "email": None, "pending": True}
    yield User, {**invited, "role": "view-only", "password_hash": ""}
    gifts = {"role": "user", "teams": [], "grants": [], "by_operator": True}
    link = {"nonce": "0" * 32, "token_hash": "0" * 64, **until}
    yield Invitation, {"id": IDS["invitation"], "user_id": IDS["eve"], **gifts, **link}
    yield Webhook, {"id": IDS["webhook"], "url": "https://example.com/", "events": ["server"], "sealed_secret": ""}
    message = {"type": "ping", "payload": "{}", "due_at": None, "delivered_at": now, "status": 200, "attempts": 3}
    yield WebhookDelivery, {"id": IDS["delivery"], "webhook_id": IDS["webhook"], **message}


def empty(app: Flask) -> None:
    """Delete all rows, and count websites from 1 again."""
    with app.app_context(), db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(hold_chain)  # the server must not number events at the same time
        for table in EMPTIED:
            connection.exec_driver_sql(f'DELETE FROM "{table}"')
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DELETE FROM sqlite_sequence")
        else:
            connection.exec_driver_sql("TRUNCATE website_number RESTART IDENTITY CASCADE")


def normalised(text: str) -> str:
    """Return the text without what differs from run to run, and without who acted: the operator, or the key's owner."""
    text = ANY_ID.sub(lambda found: found[0] if found[0] in KNOWN else "<id>", text)
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    return text
