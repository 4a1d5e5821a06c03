"""A small database with known ids and tokens, which is restored after each change."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from flask import Flask
from sqlalchemy import delete, insert

from app.db.session import transaction
from app.domain.folding import fold
from app.domain.roles import Role, TeamRole
from app.models import Base, LoginSession, Membership, Share, Team, User, Website, utcnow
from app.security.password_hashing import hash_password
from app.security.tokens import hash_token

PASSWORD = "correct horse"
PASSWORD_HASH = hash_password(PASSWORD, cost=4)
ROLES = {"admin": Role.ADMIN, "second": Role.ADMIN, "user": Role.USER, "guest": Role.VIEW_ONLY}
MEMBERS = {
    "blue": {"user": TeamRole.OWNER, "admin": TeamRole.OWNER, "guest": TeamRole.MEMBER},
    "red": {"admin": TeamRole.OWNER, "user": TeamRole.MANAGER, "second": TeamRole.VIEW_ONLY},
    "green": {"guest": TeamRole.OWNER, "user": TeamRole.MEMBER},
    "grey": {"second": TeamRole.OWNER},
}
OWNERS = {"user's": "user", "admin's": "admin", "guest's": "guest", "blue's": "blue", "red's": "red", "grey's": "grey"}
LOGINS = {f"{kind}{name}": name for name in ROLES for kind in ("", "other-")}


def known(kind: str, name: str) -> UUID:
    """Return an id that is the same in every run."""
    return uuid5(NAMESPACE_URL, f"{kind}:{name}")


def token(name: str) -> str:
    """Return the token of a session."""
    return f"token-of-{name}"


def code(name: str) -> str:
    """Return the access code of a team, or the slug of a share."""
    return f"code-of-{name}"


def ids(kind: str, names: Iterable[str]) -> list[str]:
    """Return ids as text."""
    return [str(known(kind, name)) for name in names]


def rebuild(app: Flask) -> None:
    """Restore the database, including the counts of failed logins."""
    with app.app_context(), transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(delete(table))
        for model, rows in _rows().items():
            session.execute(insert(model), rows)


def _rows() -> dict[type[Base], list[dict[str, object]]]:
    later = utcnow() + timedelta(days=1)
    return {
        User: [
            {
                "id": known("user", name),
                "username": name,
                "username_key": fold(name),
                "password_hash": PASSWORD_HASH,
                "role": role,
            }
            for name, role in ROLES.items()
        ],
        Team: [{"id": known("team", name), "name": name, "access_code": code(name)} for name in MEMBERS],
        Membership: [
            {"id": known("membership", team + name), "team_id": known("team", team), "user_id": known("user", name)}
            | {"role": role}
            for team, members in MEMBERS.items()
            for name, role in members.items()
        ],
        Website: [
            {
                "id": known("website", name),
                "name": name,
                "domain": f"{owner}.example",
                "user_id": known("user", owner) if owner in ROLES else None,
                "team_id": known("team", owner) if owner in MEMBERS else None,
                "created_by": known("user", "user"),
            }
            for name, owner in OWNERS.items()
        ],
        Share: [
            {"id": known("share", name), "entity_id": known("website", name), "name": name, "slug": code(name)}
            | {"parameters": {"overview": True}}
            for name in OWNERS
        ],
        LoginSession: [
            {
                "id": known("session", login),
                "user_id": known("user", name),
                "token_hash": hash_token(token(login)),
                "expires_at": later,
                "lifetime": 86_400,
            }
            for login, name in LOGINS.items()
        ],
    }
