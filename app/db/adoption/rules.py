"""Rows of Umami's that break a rule of ours, and how each is repaired."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from app.db.adoption.patience import BATCH
from app.db.adoption.triggers import ADMIN, HEIR, SUCCESSOR
from app.domain.roles import Role, TeamRole

ROLES, TEAM_ROLES = (", ".join(f"'{role}'" for role in kind) for kind in (Role, TeamRole))
GONE_USER = 'NOT EXISTS (SELECT 1 FROM "user" u WHERE u.user_id = {})'
GONE_TEAM = "NOT EXISTS (SELECT 1 FROM team t WHERE t.team_id = {})"
NAME_OF = """COALESCE((SELECT u.username FROM "user" u WHERE u.user_id = {}), {}::text)"""
TEAM_OF = "COALESCE((SELECT t.name FROM team t WHERE t.team_id = m.team_id), m.team_id::text)"
MEMBER = f"{NAME_OF.format('m.user_id', 'm.user_id')} || ' in ' || {TEAM_OF}"
RANK = "CASE m.role WHEN 'team-owner' THEN 0 WHEN 'team-manager' THEN 1 WHEN 'team-member' THEN 2 ELSE 3 END"


class Finding(NamedTuple):
    """A row that breaks a rule."""

    table: str
    id: Any
    name: str
    problem: str
    proposal: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of ours that Umami does not have."""

    table: str
    problem: str
    find: str
    """
    A query for the rows that break it: ``id``, ``name`` and ``proposal``. ``{fold}`` is the function that folds names.
    """
    repair: tuple[str, ...]
    """Statements that repair the rows ``:ids``, unless that has happened meanwhile."""
    repaired: str = ""
    """The table with the rows that the repair changes, if it is another one: those whose ``team_id`` is in ``:ids``."""


_HEIR = HEIR.format("w.created_by")
_SUCCESSOR = SUCCESSOR.format("t.team_id")
_WITHOUT_OWNER = """t.deleted_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM team_user o WHERE o.team_id = t.team_id AND o.role = 'team-owner')"""
_DOUBLES = f"""
    SELECT m.*, row_number() OVER (
        PARTITION BY m.team_id, m.user_id ORDER BY {RANK}, m.created_at, m.team_user_id
    ) AS place
    FROM team_user m"""
_SAME_NAMES = """
    SELECT n.user_id, n.username, row_number() OVER same AS place, first_value(n.username) OVER same AS kept
    FROM (
        SELECT u.user_id, u.username, u.created_at, {fold}(u.username) AS folded
        FROM "user" u WHERE u.deleted_at IS NULL
    ) n WINDOW same AS (PARTITION BY n.folded ORDER BY n.created_at, n.user_id)"""
_NEW_NAME = "left(s.username, 240) || '-' || right(s.user_id::text, 8)"

PROMOTE = f"""
    UPDATE team_user p SET role = 'team-owner' FROM team t
    WHERE t.team_id = ANY(:ids) AND {_WITHOUT_OWNER} AND p.team_user_id = {_SUCCESSOR}"""
APPOINT = f"""
    INSERT INTO team_user (team_user_id, team_id, user_id, role, created_at)
    SELECT gen_random_uuid(), t.team_id, {ADMIN}, 'team-owner', now() FROM team t
    WHERE t.team_id = ANY(:ids) AND {_WITHOUT_OWNER} AND {ADMIN} IS NOT NULL"""
RULES = (
    Rule(
        "user",
        "unknown role",
        f"""SELECT u.user_id AS id, u.username || ' (' || u.role || ')' AS name, 'becomes view-only' AS proposal
            FROM "user" u WHERE u.role NOT IN ({ROLES})""",
        (f"""UPDATE "user" SET role = 'view-only' WHERE user_id = ANY(:ids) AND role NOT IN ({ROLES})""",),
    ),
    Rule(
        "user",
        "username differs from another one in case only",
        f"""SELECT s.user_id AS id, s.username AS name,
                'renamed to ' || {_NEW_NAME} || ', as ' || s.kept || ' is older' AS proposal
            FROM ({_SAME_NAMES}) s WHERE s.place > 1""",
        (
            f"""UPDATE "user" u SET username = {_NEW_NAME}
            FROM ({_SAME_NAMES}) s WHERE s.user_id = u.user_id AND s.place > 1 AND u.user_id = ANY(:ids)""",
        ),
    ),
    Rule(
        "team_user",
        "membership of a missing user or in a missing team",
        f"""SELECT m.team_user_id AS id, {MEMBER} AS name, 'deleted' AS proposal FROM team_user m
            WHERE {GONE_USER.format("m.user_id")} OR {GONE_TEAM.format("m.team_id")}""",
        (
            f"""DELETE FROM team_user m WHERE m.team_user_id = ANY(:ids)
            AND ({GONE_USER.format("m.user_id")} OR {GONE_TEAM.format("m.team_id")})""",
        ),
    ),
    Rule(
        "team_user",
        "unknown role",
        f"""SELECT m.team_user_id AS id, {MEMBER} || ' (' || m.role || ')' AS name, 'becomes team-view-only' AS proposal
            FROM team_user m WHERE m.role NOT IN ({TEAM_ROLES})""",
        (
            f"""UPDATE team_user SET role = 'team-view-only'
            WHERE team_user_id = ANY(:ids) AND role NOT IN ({TEAM_ROLES})""",
        ),
    ),
    Rule(
        "team_user",
        "second membership in the same team",
        f"""SELECT m.team_user_id AS id, {MEMBER} || ' (' || m.role || ')' AS name,
                'deleted; the strongest role stays' AS proposal
            FROM ({_DOUBLES}) m WHERE m.place > 1""",
        (
            f"""DELETE FROM team_user d USING ({_DOUBLES}) m
            WHERE m.team_user_id = d.team_user_id AND m.place > 1 AND d.team_user_id = ANY(:ids)""",
        ),
    ),
    Rule(
        "team",
        "team without an owner",
        f"""SELECT t.team_id AS id, t.name, COALESCE(
                (SELECT 'its longest-standing member ' || u.username || ' becomes owner' FROM team_user m
                 JOIN "user" u ON u.user_id = m.user_id WHERE m.team_user_id = {_SUCCESSOR}),
                'the oldest administrator becomes owner'
            ) AS proposal
            FROM team t WHERE {_WITHOUT_OWNER} AND COALESCE({_SUCCESSOR}, {ADMIN}) IS NOT NULL""",
        (PROMOTE, APPOINT),
        repaired="team_user",
    ),
    Rule(
        "website",
        "website created by a missing user",
        f"""SELECT w.website_id AS id, w.name, 'the creator is forgotten' AS proposal FROM website w
            WHERE w.created_by IS NOT NULL AND {GONE_USER.format("w.created_by")}""",
        (
            f"""UPDATE website w SET created_by = NULL
            WHERE w.website_id = ANY(:ids) AND {GONE_USER.format("w.created_by")}""",
        ),
    ),
    Rule(
        "website",
        "website of a missing user or team, or of none",
        f"""SELECT w.website_id AS id, w.name, COALESCE(
                (SELECT 'stays with ' || u.username FROM "user" u WHERE u.user_id = w.user_id),
                (SELECT 'stays with the team ' || t.name FROM team t WHERE t.team_id = w.team_id),
                'goes to ' || (SELECT u.username FROM "user" u WHERE u.user_id = {_HEIR}), 'has no owner'
            ) AS proposal
            FROM website w
            WHERE (w.user_id IS NOT NULL AND {GONE_USER.format("w.user_id")})
               OR (w.team_id IS NOT NULL AND {GONE_TEAM.format("w.team_id")})
               OR (w.user_id IS NULL AND w.team_id IS NULL AND {_HEIR} IS NOT NULL)""",
        (
            f"""UPDATE website w SET
                team_id = CASE WHEN NOT {GONE_TEAM.format("w.team_id")} THEN w.team_id END,
                user_id = CASE WHEN NOT {GONE_USER.format("w.user_id")} THEN w.user_id
                    WHEN {GONE_TEAM.format("w.team_id")} THEN {_HEIR} END
                WHERE w.website_id = ANY(:ids)""",
        ),
    ),
    Rule(
        "website",
        "website with a user and a team",
        """SELECT w.website_id AS id, w.name, 'belongs to the team only' AS proposal FROM website w
            WHERE w.user_id IS NOT NULL AND w.team_id IS NOT NULL""",
        (
            """UPDATE website SET user_id = NULL
            WHERE website_id = ANY(:ids) AND user_id IS NOT NULL AND team_id IS NOT NULL""",
        ),
    ),
    Rule(
        "share",
        "link to a missing website",
        """SELECT s.share_id AS id, s.name || ' (' || s.slug || ')' AS name, 'deleted' AS proposal FROM share s
            WHERE s.share_type = 1 AND NOT EXISTS (SELECT 1 FROM website w WHERE w.website_id = s.entity_id)""",
        (
            """DELETE FROM share s WHERE s.share_id = ANY(:ids) AND s.share_type = 1
            AND NOT EXISTS (SELECT 1 FROM website w WHERE w.website_id = s.entity_id)""",
        ),
    ),
)
"""In the order of repair: one repair can be the cause of the next."""


def find(connection: Connection, rule: Rule, *, fold: str = "umami_fold") -> Iterator[Finding]:
    """Yield the rows that break a rule."""
    query = text(rule.find.format(fold=fold)).execution_options(yield_per=BATCH)
    for row in connection.execute(query):
        yield Finding(rule.table, row.id, row.name, rule.problem, row.proposal)
