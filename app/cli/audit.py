"""``frontdesk audit …``"""

from datetime import UTC, datetime
from typing import Any

import click
import orjson

from app.cli.guard import guarded
from app.cli.output import confirm, counted, done, json_option, show_list, yes_option
from app.cli.paging import Paging, page_options
from app.cli.services import log
from app.domain.actor import OPERATOR
from app.domain.audit import AuditFilters

COLUMNS = ("number", "created_at", "actor_name", "address", "action", "target_kind", "target_name", "before", "after")
DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
LINES_AT_ONCE = 500


@click.group("audit")
def group() -> None:
    """Read, check and prune the audit log."""


@group.command("list")
@click.option("--actor", help="Only events of this user: an id, or the name at the time.")
@click.option("--action", help="Only events of this kind, such as user-created.")
@click.option("--target", help="Only events that happened to this: an id, or a kind such as user.")
@click.option("--from", "since", type=click.DateTime(DAYS), help="Only events at this time (UTC) or later.")
@click.option("--to", "until", type=click.DateTime(DAYS), help="Only events before this time (UTC).")
@page_options
@json_option
@guarded
def list_(
    actor: str | None,
    action: str | None,
    target: str | None,
    since: datetime | None,
    until: datetime | None,
    paging: Paging,
    as_json: bool,
) -> None:
    """List events, newest first."""
    filters = AuditFilters(actor, action, target, _in_utc(since), _in_utc(until))
    found = paging.pages(lambda window: log.list_page(OPERATOR, window, filters))
    show_list(found, COLUMNS, as_json=as_json, to_row=_as_row, to_data=_as_data)


@group.command("export")
@click.option("--after", type=click.IntRange(0), default=0, show_default=True, help="Only rows with higher numbers.")
@guarded
def export(after: int) -> None:
    """Print all events as lines of JSON, oldest first, with their hashes."""
    lines: list[bytes] = []
    for row in log.export(OPERATOR, after=after):
        lines.append(orjson.dumps(_as_data(row), option=orjson.OPT_UTC_Z))
        if len(lines) == LINES_AT_ONCE:
            click.echo(b"\n".join(lines))
            lines.clear()
    if lines:
        click.echo(b"\n".join(lines))


@group.command("verify")
@json_option
@guarded
def verify(as_json: bool) -> None:
    """Check that no event was changed, removed or moved."""
    found = log.verify(OPERATOR)
    said = f"{counted(found.rows, 'event')} verified."
    if found.rows:
        said += f" The last is number {found.last}, with the hash {found.hash}."
    done(said, as_json=as_json, rows=found.rows, first=found.first, last=found.last, hash=found.hash)


@group.command("prune")
@click.option("--before", type=click.DateTime(DAYS), required=True, help="Delete events before this time (UTC).")
@yes_option
@json_option
@guarded
def prune(before: datetime, yes: bool, as_json: bool) -> None:
    """Delete old events; the others can still be verified."""
    confirm(f"Delete all events before {before:%Y-%m-%d %H:%M} UTC?", yes=yes)
    count = log.prune(OPERATOR, before=before.replace(tzinfo=UTC))
    done(f"Deleted {counted(count, 'event')}.", as_json=as_json, count=count)


def _in_utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(tzinfo=UTC)


def _as_data(row: Any) -> dict[str, Any]:
    """Return all columns. The time is exact, because the hash covers it."""
    data: dict[str, Any] = row._asdict()
    return data | {"created_at": data["created_at"].isoformat().replace("+00:00", "Z")}


def _as_row(row: Any) -> dict[str, Any]:
    """Return all columns, with JSON text for values by name."""
    data: dict[str, Any] = row._asdict()
    return data | {name: data[name] and orjson.dumps(data[name]).decode() for name in ("before", "after")}
