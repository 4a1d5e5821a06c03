"""
The second reference server: the same endpoints over the same tables in FastAPI with async SQLAlchemy.

It follows their documentation: a session per request as a dependency, entities, ``selectinload``, response
models, bcrypt in a thread. What it leaves out (throttling, deleted rows within lists, deletion of expired
sessions) is in its favour.
"""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import bcrypt
from fastapi import FastAPI, HTTPException, Query
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from bench.peers import fastapi_auth as auth
from bench.peers import fastapi_schemas as schemas
from bench.peers.fastapi_auth import Admin, CurrentUser, Session
from bench.peers.fastapi_models import Membership, Team, User, Website
from bench.world import COST

MANAGING = ("team-owner", "team-manager")
PageSize = Annotated[int, Query(alias="pageSize")]
IncludeTeams = Annotated[bool, Query(alias="includeTeams")]

app = FastAPI()
app.include_router(auth.router)


def allow_own(current: User, user_id: UUID) -> None:
    if current.role != "admin" and current.id != user_id:
        raise HTTPException(401, "Unauthorized")


@app.get("/api/users/{user_id}")
async def get_user(user_id: UUID, session: Session, current: CurrentUser) -> schemas.UserOut:
    allow_own(current, user_id)
    user = await session.get(User, user_id)
    if user is None or user.deleted_at is not None:
        raise HTTPException(404, "Not found")
    return user  # type: ignore[return-value]


@app.get("/api/admin/users")
async def list_users(
    session: Session, _admin: Admin, page: int = 1, page_size: PageSize = 20, search: str | None = None
) -> schemas.Page[schemas.AdminUser]:
    hits = select(User).where(User.deleted_at.is_(None))
    if search:
        hits = hits.where(User.username_key.contains(search.casefold(), autoescape=True))
    total = await session.scalar(hits.with_only_columns(func.count()))
    websites = (
        select(func.count())
        .select_from(Website)
        .where(Website.user_id == User.id, Website.deleted_at.is_(None))
        .scalar_subquery()
    )
    rows = await session.execute(
        hits.add_columns(websites.label("websites"))
        .order_by(User.created_at.desc(), User.id)
        .limit(page_size)
        .offset((page - 1) * page_size)
    )
    users = [
        schemas.AdminUser(
            id=user.id,
            username=user.username,
            role=user.role,
            created_at=user.created_at,
            logo_url=user.logo_url,
            display_name=user.display_name,
            updated_at=user.updated_at,
            deleted_at=user.deleted_at,
            count=schemas.Count(websites=count),
        )
        for user, count in rows
    ]
    return schemas.Page[schemas.AdminUser](
        data=users, count=total, page=page, page_size=page_size, order_by="createdAt", search=search
    )


@app.get("/api/users/{user_id}/websites")
async def list_websites(
    user_id: UUID,
    session: Session,
    current: CurrentUser,
    page: int = 1,
    page_size: PageSize = 20,
    include_teams: IncludeTeams = False,
) -> schemas.Page[schemas.WebsiteOut]:
    allow_own(current, user_id)
    whose = Website.user_id == user_id
    if include_teams:
        managed = select(Membership.team_id).where(Membership.user_id == user_id, Membership.role.in_(MANAGING))
        whose = or_(whose, Website.team_id.in_(managed))
    hits = select(Website).where(whose, Website.deleted_at.is_(None))
    total = await session.scalar(hits.with_only_columns(func.count()))
    websites = await session.scalars(
        hits.options(selectinload(Website.shares))
        .order_by(Website.name, Website.id)
        .limit(page_size)
        .offset((page - 1) * page_size)
    )
    return schemas.Page[schemas.WebsiteOut](data=websites.all(), count=total, page=page, page_size=page_size)


@app.get("/api/users/{user_id}/teams")
async def list_teams(
    user_id: UUID, session: Session, current: CurrentUser, page: int = 1, page_size: PageSize = 20
) -> schemas.Page[schemas.TeamOut]:
    allow_own(current, user_id)
    hits = select(Team).join(Team.members).where(Membership.user_id == user_id, Team.deleted_at.is_(None))
    total = await session.scalar(hits.with_only_columns(func.count()))
    websites = (
        select(func.count())
        .select_from(Website)
        .where(Website.team_id == Team.id, Website.deleted_at.is_(None))
        .scalar_subquery()
    )
    rows = await session.execute(
        hits.add_columns(websites)
        .options(selectinload(Team.members).joinedload(Membership.user))
        .order_by(Team.created_at, Team.id)
        .limit(page_size)
        .offset((page - 1) * page_size)
    )
    teams = [
        schemas.TeamOut(
            id=team.id,
            name=team.name,
            access_code=team.access_code,
            logo_url=team.logo_url,
            created_at=team.created_at,
            updated_at=team.updated_at,
            deleted_at=team.deleted_at,
            members=team.members,
            count=schemas.TeamCounts(websites=count, members=len(team.members)),
        )
        for team, count in rows
    ]
    return schemas.Page[schemas.TeamOut](data=teams, count=total, page=page, page_size=page_size)


@app.get("/api/teams/{team_id}/users")
async def list_team_users(
    team_id: UUID, session: Session, current: CurrentUser, page: int = 1, page_size: PageSize = 20
) -> schemas.Page[schemas.Member]:
    team = await session.get(Team, team_id)
    if team is None or team.deleted_at is not None:
        raise HTTPException(404, "Not found")
    hits = select(Membership).where(Membership.team_id == team_id)
    if current.role != "admin" and not await session.scalar(hits.where(Membership.user_id == current.id)):
        raise HTTPException(401, "Unauthorized")
    total = await session.scalar(hits.with_only_columns(func.count()))
    members = await session.scalars(
        hits.options(joinedload(Membership.user))
        .order_by(Membership.created_at, Membership.id)
        .limit(page_size)
        .offset((page - 1) * page_size)
    )
    return schemas.Page[schemas.Member](data=members.all(), count=total, page=page, page_size=page_size)


@app.post("/api/users")
async def create_user(data: schemas.UserIn, session: Session, _admin: Admin) -> schemas.UserCreated:
    hashed = await run_in_threadpool(bcrypt.hashpw, data.password.encode(), bcrypt.gensalt(COST))
    now = datetime.now(UTC)
    user = User(
        username=data.username,
        username_key=data.username.casefold(),
        password_hash=hashed.decode(),
        role=data.role,
        created_at=now,
        updated_at=now,
    )
    session.add(user)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(400, "User already exists") from None
    return user  # type: ignore[return-value]
