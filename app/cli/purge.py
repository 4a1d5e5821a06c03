"""``frontdesk purge``"""

import click

from app.cli.guard import guarded
from app.cli.output import json_option, show
from app.domain.actor import OPERATOR
from app.services import housekeeping


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Only count what would be deleted.")
@json_option
@guarded
def purge(dry_run: bool, as_json: bool) -> None:
    """
    Delete what has expired.

    This includes accounts that can no longer be restored.
    It is safe to run this at any time, while servers are running, and on
    several hosts at once. A running server does the same once a day.
    """
    found = housekeeping.count_expired(OPERATOR) if dry_run else housekeeping.purge(OPERATOR)
    show(found, tuple(found), as_json=as_json)
