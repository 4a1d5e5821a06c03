"""Importing from an Umami: its users, teams, memberships, websites and shares."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain import policy
from app.domain.actor import Actor
from app.services.importing import umami_source
from app.services.importing.report import Kind, Report
from app.services.importing.run import Options, Run, ignore_progress
from app.services.importing.teams import write_teams
from app.services.importing.users import write_users
from app.services.importing.websites import write_shares, write_websites


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read, and what became of it."""

    release: str
    report: Report


def import_umami(
    actor: Actor,
    url: str,
    options: Options,
    *,
    on_progress: Callable[[Kind, int, int | None], None] = ignore_progress,
) -> Imported:
    """
    Copy what an Umami's database has, in batches. Ids, dates, password hashes and access codes stay as they are.

    It can be stopped at any point, and run again: rows that are here are not written a second time.

    :param url: of Umami's database, which is only read
    :raises Denied: the actor is not an administrator
    :raises SourceUnusable: the source cannot be read; what was written so far stays
    """
    policy.require(policy.can_administer(actor))
    run = Run(actor, options, on_progress)
    with umami_source.opened(url) as source:
        run.write(Kind.USERS, source.users(), write_users, source.count(Kind.USERS))
        run.write(Kind.TEAMS, source.teams(), write_teams, source.count(Kind.TEAMS))
        run.write(Kind.WEBSITES, source.websites(), write_websites, source.count(Kind.WEBSITES))
        run.write(Kind.SHARES, source.shares(), write_shares, source.count(Kind.SHARES))
        return Imported(source.release, run.report)
