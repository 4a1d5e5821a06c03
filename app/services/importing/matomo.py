"""Importing from a Matomo through its API: its users, who are invited, its sites, and who has access to them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.db.reads import fetch_all, fetch_one
from app.db.session import transaction
from app.db.sql.json_list import ids
from app.domain import policy
from app.domain.actor import Actor
from app.domain.errors import MailNotConfigured
from app.queries import importing as queries
from app.queries import users as user_queries
from app.queries.importing import WebsiteHere
from app.services.acting import recheck
from app.services.importing import matomo_source, numbers
from app.services.importing.grants import write_grants
from app.services.importing.invited import Inviting
from app.services.importing.report import Kind, Report
from app.services.importing.rows import WebsiteRow
from app.services.importing.run import Batch, Options, Run, ignore_progress
from app.services.importing.websites import write_websites
from app.services.invitations import limits
from app.services.notifications import outbox

UNSAID = ("user_id", "team_id", "replay_enabled", "replay_config")
"""What Matomo does not say about a site."""


@dataclass(frozen=True, slots=True)
class Invitations:
    """How users are invited."""

    mail: bool = True
    """Whether to mail the links, also those of an earlier import that mailed none."""
    days: float | None = None
    """How long the links are valid; ``invitation_days`` by default."""
    superusers: bool = False
    """Whether superusers become administrators; otherwise they are ordinary users without access."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read, and what became of it."""

    release: str
    report: Report
    mailed: int
    """How many invitations were mailed."""
    not_mailed: int
    """How many of the new users were invited without a mail."""


def import_matomo(
    actor: Actor,
    url: str,
    token: str,
    options: Options,
    invitations: Invitations,
    *,
    known_as: str | None = None,
    dry_run: bool = False,
    on_progress: Callable[[Kind, int, int | None], None] = ignore_progress,
) -> Imported:
    """
    Copy the users, sites and access of a Matomo, in batches. All of it is read before anything is written.

    It can be stopped at any point, and run again with the same URL: rows that are here are not written a second time,
    and no user is invited twice. Sites go to ``options.owner_id``, or else to the first administrator.

    :param token: of a superuser
    :param known_as: the URL of earlier imports, if it was another
    :param dry_run: write nothing, and only report what would happen
    :raises Denied: the actor is not an administrator
    :raises OutOfRange: the number of days is too small or too large
    :raises MailNotConfigured: invitations are to be mailed, and the settings name no mail server
    :raises SourceUnusable: the source cannot be read
    """
    policy.require(policy.can_administer(actor))
    until = limits.end_after(invitations.days)
    if invitations.mail and not dry_run and not outbox.is_configured():
        raise MailNotConfigured
    source = matomo_source.read(url, token, known_as=known_as)
    run = Run(actor, replace(options, owner_id=options.owner_id or _first_admin()), on_progress)
    for remark in source.remarks:
        run.report.note(remark)
    inviting = Inviting(invitations.mail, until, invitations.superusers)
    with _undone(actor) if dry_run else nullcontext():
        run.write(Kind.USERS, source.users, inviting.write, len(source.users))
        run.write(Kind.WEBSITES, _in_order(source.sites), _write_sites, len(source.sites))
        access = (replace(row, user_id=run.account(row.user_id)) for row in source.access)
        run.write(Kind.GRANTS, access, write_grants, len(source.access))
    return Imported(source.release, run.report, inviting.mailed, inviting.not_mailed)


def _first_admin() -> UUID | None:
    row = fetch_one(user_queries.select_first_admin)
    return None if row is None else row.id


def _in_order(sites: Sequence[WebsiteRow]) -> list[WebsiteRow]:
    """Return the sites that keep their numbers first, so that no other one gets such a number meanwhile."""
    last = numbers.last_given()
    return sorted(sites, key=lambda row: (not numbers.is_free(row.number, last), row.number))


def _write_sites(run: Run, rows: Sequence[WebsiteRow]) -> Batch:
    found = fetch_all(queries.select_websites, ids=ids(row.id for row in rows))
    here = {website.id: website for website in found}
    return write_websites(run, [_as_here(row, here[row.id]) if row.id in here else row for row in rows])


def _as_here(row: WebsiteRow, here: WebsiteHere) -> WebsiteRow:
    """Return the site as it is compared: what Matomo does not say stays as it is here."""
    unsaid: dict[str, Any] = {name: getattr(here, name) for name in UNSAID}
    return replace(row, domain=row.domain or here.domain, **unsaid)


class _Undone(Exception):
    """Ends the transaction of a dry run."""


@contextmanager
def _undone(actor: Actor) -> Iterator[None]:
    """A transaction around the whole import, which is rolled back."""
    with suppress(_Undone), transaction():
        recheck(actor)
        yield
        raise _Undone
