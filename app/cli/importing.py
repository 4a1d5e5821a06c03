"""``frontdesk import …``"""

import click

from app.cli.guard import guarded
from app.cli.import_file import ImportGroup, import_file
from app.cli.import_report import columns_of, show_report
from app.cli.output import json_option
from app.cli.progress import progress_bars
from app.domain.actor import OPERATOR
from app.domain.pagination import Page
from app.services.importing import umami as umami_import
from app.services.importing.report import Kind, Remark
from app.services.importing.run import Options
from app.services.users import accounts


@click.group("import", cls=ImportGroup, context_settings={"ignore_unknown_options": True})
def group() -> None:
    """
    Import users and websites from a file or another program.

    "frontdesk import users.csv" is short for "frontdesk import file users.csv".
    """


group.add_command(import_file)


@group.command("umami")
@click.option(
    "--from",
    "url",
    metavar="URL",
    envvar="UMAMI_DATABASE_URL",
    show_envvar=True,
    required=True,
    help="The DATABASE_URL of Umami, whose database is only read.",
)
@click.option("--same-names", is_flag=True, help="Treat accounts here with the same username as the same users.")
@click.option("--update", is_flag=True, help="Change what is here already to be as in the source.")
@click.option("--owner", metavar="USER", help="The user who gets websites without an imported owner.")
@json_option
@guarded
def umami(url: str, same_names: bool, owner: str | None, update: bool, as_json: bool) -> None:
    """
    Copy users, teams, websites and shares from Umami's database.

    This works with Umami 3.1 and later. Ids, passwords, access codes and
    dates stay as they are. The command can be repeated at any time.
    """
    owner_id = None if owner is None else accounts.find_user(OPERATOR, owner).id
    options = Options(update=update, same_names=same_names, owner_id=owner_id)
    with progress_bars() as on_progress:
        imported = umami_import.import_umami(OPERATOR, url, options, on_progress=on_progress)
    remarks = sorted(imported.report.remarks, key=_place)
    show_report(
        imported.report.by_kind(),
        Page(remarks, len(remarks)),
        columns_of(Remark),
        as_json=as_json,
        source=f"Umami {imported.release}",
    )


def _place(remark: Remark) -> tuple[int, str]:
    return list(Kind).index(remark.kind), remark.outcome
