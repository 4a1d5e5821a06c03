"""Authentication of the peer: dependencies, and the login."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Annotated

import bcrypt
from fastapi import APIRouter, Depends, HTTPException
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import joinedload

from bench.peers import fastapi_schemas as schemas
from bench.peers.fastapi_models import LoginSession, Membership, Team, User

LIFETIME = timedelta(days=30)
TOUCH_EVERY = timedelta(minutes=5)

router = APIRouter()
engine = create_async_engine(os.environ["BENCH_DATABASE_URL"], pool_size=10, max_overflow=0)
new_session = async_sessionmaker(engine, expire_on_commit=False)
bearer = HTTPBearer()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with new_session() as session:
        yield session


Session = Annotated[AsyncSession, Depends(get_session)]


def utc(moment: datetime) -> datetime:
    """Add the time zone UTC, which SQLite does not store."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def get_current_user(
    session: Session, credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]
) -> User:
    """Return the user of the token, and record its use every five minutes."""
    now = datetime.now(UTC)
    login = await session.scalar(
        select(LoginSession)
        .options(joinedload(LoginSession.user))
        .where(
            LoginSession.token_hash == sha256(credentials.credentials.encode()).hexdigest(),
            LoginSession.expires_at > now,
        )
    )
    if login is None or login.user.deleted_at is not None:
        raise HTTPException(401, "Unauthorized")
    if now - utc(login.last_used_at) >= TOUCH_EVERY:
        login.last_used_at, login.expires_at = now, now + timedelta(seconds=login.lifetime)
        await session.commit()
    return login.user


CurrentUser = Annotated[User, Depends(get_current_user)]


async def get_admin(user: CurrentUser) -> User:
    if user.role != "admin":
        raise HTTPException(401, "Unauthorized")
    return user


Admin = Annotated[User, Depends(get_admin)]


@router.post("/api/auth/login")
async def login(data: schemas.LoginIn, session: Session) -> schemas.LoggedIn:
    user = await session.scalar(
        select(User).where(User.username_key == data.username.casefold(), User.deleted_at.is_(None))
    )
    right = user is not None and await run_in_threadpool(
        bcrypt.checkpw, data.password.encode(), user.password_hash.encode()
    )
    if user is None or not right:
        raise HTTPException(401, "Incorrect username or password")
    token, now = token_urlsafe(32), datetime.now(UTC)
    session.add(
        LoginSession(
            user_id=user.id,
            token_hash=sha256(token.encode()).hexdigest(),
            created_at=now,
            last_used_at=now,
            expires_at=now + LIFETIME,
            lifetime=int(LIFETIME.total_seconds()),
        )
    )
    await session.commit()
    teams = await session.scalars(
        select(Team)
        .join(Team.members)
        .where(Membership.user_id == user.id, Team.deleted_at.is_(None))
        .order_by(Team.created_at, Team.id)
    )
    return schemas.LoggedIn(
        token=token,
        user=schemas.CurrentUser(
            id=user.id,
            username=user.username,
            role=user.role,
            created_at=user.created_at,
            is_admin=user.role == "admin",
            teams=teams.all(),
        ),
    )
