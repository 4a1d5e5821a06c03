"""Writing memberships in teams that are here."""

from collections.abc import Sequence
from functools import partial

from app.db.reads import fetch_all
from app.db.session import retried
from app.db.sql.json_list import ids
from app.domain.errors import AlreadyMember, DomainError, UnknownReference, UnknownRole
from app.domain.roles import TeamRole
from app.queries import files as queries
from app.queries.importing import hold_teams, hold_users, insert_members, select_members
from app.services import events
from app.services.events import MembershipAdded
from app.services.files.rows import JoinRow
from app.services.importing.report import Kind, Outcome
from app.services.importing.run import Batch, Run, differing, held
from app.services.importing.teams import CONFLICTS, member_values
from app.services.teams import memberships


@retried
def write_memberships(run: Run, rows: Sequence[JoinRow]) -> Batch:
    """Write memberships in one transaction; see ``Run.write``."""
    batch = Batch()
    with run.transaction(CONFLICTS) as session:
        teams = held(hold_teams, {row.team_id for row in rows})
        users = held(hold_users, {row.member.user_id for row in rows})
        found = [
            *fetch_all(select_members, ids=ids(row.id for row in rows), team_ids=ids(())),
            *fetch_all(queries.select_pairs, team_ids=ids(teams), user_ids=ids(users)),
        ]
        here, taken = {(one.team_id, one.user_id): one for one in found}, {one.id for one in found}
        new: dict[object, JoinRow] = {}
        for row in rows:
            pair = (row.team_id, row.member.user_id)
            error: DomainError | None = None
            if row.team_id not in teams:
                error = UnknownReference("team_id", "team")
            elif row.member.user_id not in users:
                error = UnknownReference("user_id", "user")
            elif row.member.role not in list(TeamRole):
                error = UnknownRole("role", row.member.role)
            elif pair not in here and (row.id in taken or pair in new):
                error = AlreadyMember()
            if error is not None:
                batch.report.skip(Kind.MEMBERSHIPS, row, error)
            elif pair in here:
                update = partial(memberships.update_member, run.actor, *pair, role=TeamRole(row.member.role))
                run.compare(batch, Kind.MEMBERSHIPS, row, differing(row.member, here[pair], ("role",)), update)
            else:
                taken.add(row.id)
                new[pair] = row
        if new:
            session.execute(insert_members, [member_values(row.team_id, row.member) for row in new.values()])
            joined = (MembershipAdded(run.actor, r.team_id, r.member.user_id, r.member.role) for r in new.values())
            events.record_all(session, list(joined))
    batch.report.count(Kind.MEMBERSHIPS, Outcome.CREATED, len(new))
    return batch
