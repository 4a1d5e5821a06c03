"""Which team or website an entry of a state file means: the one with its id, or else the only one with its name."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Literal, Protocol, TypeVar
from uuid import UUID

from app.services.lookup import parsed_id
from app.services.state.changes import Plan
from app.services.state.documents import Entry, Route


class Identified(Protocol):
    """A team or a website."""

    id: UUID | None


T = TypeVar("T", bound=Identified)


def match(
    plan: Plan,
    section: Literal["teams", "websites"],
    things: Sequence[T],
    wanted: Callable[[Entry], Hashable],
    named: Callable[[T], Hashable],
) -> list[tuple[Route, Entry, T | None]]:
    """
    Return the entries of a section with what they mean; None for what does not exist yet.

    Entries that mean nothing, or the same as another one, or one of several, are noted as problems and left out.

    :param wanted: returns what identifies an entry without an id
    :param named: returns the same of a team or a website
    """
    thing = section.removesuffix("s")
    by_id = {found.id: found for found in things}
    chosen: dict[Route, T | None] = {}
    taken: dict[int, Route] = {}
    for route, entry in plan.document.entries(section):
        if "id" in entry:
            given = by_id.get(parsed_id(entry["id"]))
            if given is None:
                plan.report((*route, "id"), f"No {thing} has this id. Leave the id out to create a {thing}.")
            elif id(given) in taken:
                plan.report_twice(route, f"This {thing}", taken[id(given)])
            else:
                chosen[route], taken[id(given)] = given, route
    by_name: dict[Hashable, list[T]] = defaultdict(list)
    for found in things:
        if id(found) not in taken:
            by_name[named(found)].append(found)
    seen: dict[Hashable, Route] = {}
    for route, entry in plan.document.entries(section):
        if "id" in entry:
            continue
        name = wanted(entry)
        called = by_name[name]
        if name in seen:
            plan.report_twice(route, f"This {thing}", seen[name])
        elif len(called) > 1:
            ids = ", ".join(str(found.id) for found in called)
            plan.report(route, f"There are several {section} of this name. Add the id of one of them: {ids}")
        else:
            chosen[route] = called[0] if called else None
        seen.setdefault(name, route)
    return [(route, entry, chosen[route]) for route, entry in plan.document.entries(section) if route in chosen]
