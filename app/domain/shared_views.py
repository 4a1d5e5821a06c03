"""What public links show: a website, or a link, pixel or board of an Umami that uses the same database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import islice
from typing import Any
from uuid import UUID


class EntityType(IntEnum):
    """What a public link belongs to, as Umami numbers it."""

    WEBSITE = 1
    LINK = 2
    PIXEL = 3
    BOARD = 4


BOARD_MOST = 500
ON_BOARDS = {"website": EntityType.WEBSITE, "link": EntityType.LINK, "pixel": EntityType.PIXEL}
"""What the components of a board show, by Umami's names."""


@dataclass(frozen=True, slots=True)
class SharedView:
    """What a share token gives access to."""

    share_id: UUID
    entity_id: UUID
    share_type: int
    parameters: dict[str, Any]
    on_board: Sequence[tuple[EntityType, UUID]] = ()
    """What a board shows, without what its owner cannot see."""
    slug: str | None = field(default=None, repr=False)
    """The slug of the public link."""

    def shows(self, entity_id: UUID | None) -> bool:
        """Whether the bearer can view this website, link, pixel or board."""
        return entity_id == self.entity_id or any(entity_id == shown for _, shown in self.on_board)

    def in_umami(self) -> dict[str, Any]:
        """Return the view as Umami has it in tokens and responses."""
        kept = {"shareId": str(self.share_id), "shareType": self.share_type, "parameters": self.parameters}
        entity = str(self.entity_id)
        match self.share_type:
            case EntityType.BOARD:
                shown = {f"{name}Ids": self._on_board(kind) for name, kind in ON_BOARDS.items()}
                return {**kept, "boardId": entity, **shown}
            case EntityType.LINK:
                return {**kept, "websiteId": entity, "linkId": entity}
            case EntityType.PIXEL:
                return {**kept, "websiteId": entity, "pixelId": entity}
        return {**kept, "websiteId": entity}

    def _on_board(self, kind: EntityType) -> list[str]:
        return [str(entity_id) for shown, entity_id in self.on_board if shown is kind]


def named_on_board(parameters: Any) -> list[tuple[EntityType, UUID]]:
    """
    Return which websites, links and pixels a board names, each once and at most ``BOARD_MOST`` of them.

    :param parameters: as Umami stores them; it checks neither their shape nor what the board's owner can see
    """
    named = ((kind, _uuid(text)) for kind, text in _named(parameters))
    found = dict.fromkeys((kind, entity_id) for kind, entity_id in named if entity_id is not None)
    return list(islice(found, BOARD_MOST))


def _named(parameters: Any) -> Iterator[tuple[EntityType, Any]]:
    for name, kind in ON_BOARDS.items():
        yield kind, _get(parameters, f"{name}Id")
    for row in _list(parameters, "rows"):
        for column in _list(row, "columns"):
            component = _get(column, "component")
            kind = _get(component, "entityType")
            if isinstance(kind, str) and kind in ON_BOARDS:
                yield ON_BOARDS[kind], _get(component, "entityId")
            yield EntityType.WEBSITE, _get(component, "websiteId")


def _get(source: Any, name: str) -> Any:
    return source.get(name) if isinstance(source, dict) else None


def _list(source: Any, name: str) -> list[Any]:
    found = _get(source, name)
    return found if isinstance(found, list) else []


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
