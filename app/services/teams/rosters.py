"""The members of many teams. For services that have already checked permission."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from app.db.reads import fetch_list
from app.queries import memberships as member_queries
from app.queries.memberships import MemberAsText


def group_by_team(team_ids: Iterable[UUID], *, owners_only: bool = False) -> dict[str, list[MemberAsText]]:
    """
    Return the members of some teams, or only the owners, by the team's id as text.

    One statement reads them all; none if there are no ids.
    """
    grouped: dict[str, list[MemberAsText]] = defaultdict(list)
    wanted = list(team_ids)
    if not wanted:
        return grouped
    # Pad to the next power of two by repeating the last id, so that there are few different statements.
    number = 1 << (len(wanted) - 1).bit_length()
    teams = {f"team_{index}": wanted[min(index, len(wanted) - 1)] for index in range(number)}
    statement = member_queries.select_members_of(number, owners_only=owners_only)
    for row in fetch_list(statement, **teams):
        grouped[row.team_id].append(row)
    return grouped
