"""``frontdesk demo``"""

import click

from app.cli.guard import guarded
from app.cli.output import confirm, done, json_option, yes_option
from app.cli.progress import progress_bars
from app.domain.actor import OPERATOR
from app.services.files import made_up
from app.services.files.made_up import Size


@click.command("demo")
@click.option("--users", type=click.IntRange(1), default=100, show_default=True, help="How many users.")
@click.option("--teams", type=click.IntRange(0), default=10, show_default=True, help="How many teams.")
@click.option("--memberships", type=click.IntRange(0), default=100, show_default=True, help="How many memberships.")
@click.option("--websites", type=click.IntRange(0), default=50, show_default=True, help="How many websites.")
@click.option("--grants", type=click.IntRange(0), default=20, show_default=True, help="How many grants.")
@click.option("--seed", type=int, default=1, show_default=True, help="Other seeds make other users and websites.")
@yes_option
@json_option
@guarded
def demo(seed: int, yes: bool, as_json: bool, **numbers: int) -> None:
    """
    Fill the database with made-up users and websites.

    The same numbers and seed always make the same ids, names and dates, so a
    second run changes nothing. These accounts cannot log in: their
    password hashes belong to no known password.
    """
    size = Size(**numbers)
    said = ", ".join(f"{number:,} {name}" for name, number in numbers.items())
    confirm(f"Add {said} to the database?", yes=yes)
    with progress_bars() as on_progress:
        report = made_up.fill(OPERATOR, size, seed, on_progress=on_progress)
    done(f"Added {report.changed():,} rows.", as_json=as_json, created=report.changed())
