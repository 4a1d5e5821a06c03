"""The numbers of new websites: those that they had in the source, as far as no website here can have had them."""

from collections.abc import Sequence
from dataclasses import replace

from app.db.reads import fetch_one
from app.db.session import Unit, db
from app.queries import importing as queries
from app.services.importing.rows import Loss, WebsiteRow
from app.services.matomo.lookup import site_numbers

LARGEST = 1_000_000_000
"""The largest number that is taken from a source, so that many are left for other websites."""


def last_given() -> int:
    """Return the largest number that any website has had; 0 if there was none yet."""
    row = fetch_one(queries.select_last_number[db.engine.dialect.name])
    return 0 if row is None else row.number


def is_free(number: int | None, last: int) -> bool:
    """Return whether a website can have this number, if ``last`` is the last one that was given."""
    return number is not None and last < number <= LARGEST


def give(session: Unit, rows: Sequence[WebsiteRow]) -> list[WebsiteRow]:
    """
    Give numbers to new websites, and return them with what they lost.

    A number is never given twice, not even after its website was deleted. So it is free if it is larger than all that
    were given before.
    """
    postgresql = session.get_bind().dialect.name == "postgresql"
    free: list[WebsiteRow] = []
    if any(row.number is not None for row in rows):
        if postgresql:
            session.execute(queries.hold_numbers)
        last = last_given()
        free = [row for row in rows if is_free(row.number, last)]
    if free:
        session.execute(queries.insert_numbers, [{"website_id": row.id, "number": row.number} for row in free])
        if postgresql:
            session.execute(queries.restart_numbers(max(row.number or 0 for row in free) + 1))
    kept = {row.id for row in free}
    others = [row for row in rows if row.id not in kept]
    if others:
        session.execute(queries.insert_numbers, [{"website_id": row.id} for row in others])
    given = site_numbers(row.id for row in others if row.number is not None)
    return [
        replace(row, losses=[*row.losses, _other(row.number, given[row.id])]) if row.id in given else row
        for row in rows
    ]


def _other(wanted: int | None, given: int) -> Loss:
    return Loss("number", f"has the number {given} here, because {wanted} is not free")
