"""An example of every class of error, with a value for each of its fields."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints
from uuid import UUID

from app.domain.errors import Change, DomainError, Thing, Unit
from app.domain.roles import SiteRole
from app.domain.scopes import Scope

MOMENT = datetime(2026, 11, 21, 16, 42, 1, tzinfo=UTC)
VALUES: dict[Any, Any] = {
    Scope: Scope.USERS_READ,
    str: "ada",
    int: 7,
    int | None: 9,
    float: 0.5,
    Exception: DomainError(),
    bool: True,
    object: "odd <value>",
    SiteRole: SiteRole.WRITE,
    Thing: get_args(Thing)[0],
    Unit: get_args(Unit)[0],
    Change: get_args(Change)[0],
    UUID: UUID(int=1),
    UUID | int: 7,
    datetime: MOMENT,
    datetime | None: MOMENT,
    str | int | UUID: "7",
    tuple[UUID, ...]: (UUID(int=1),),
    tuple[str, ...]: ("one.example", "two.example"),
    tuple[str | int | UUID, ...]: ("7", 8),
}


def kinds(root: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """All classes of the tree, starting with the root."""
    yield root
    for kind in root.__subclasses__():
        yield from kinds(kind)


def example(kind: type[DomainError], **values: Any) -> DomainError:
    """An error of this class with example values, except for those given in ``values``."""
    hints = get_type_hints(kind)
    fields = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else ()
    return kind(**{field.name: VALUES[hints[field.name]] for field in fields} | values)


EVERY_KIND = list(dict.fromkeys(kinds()))
EVERY_ERROR = [example(kind) for kind in EVERY_KIND]
