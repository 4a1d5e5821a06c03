"""Lists: their parameters, and the envelope around their rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, post_load, validates_schema

from app.api.umami.fields import Moment, Option, Text, Whole
from app.api.umami.schemas.base import ApiSchema, OutSchema
from app.domain.errors import InvalidCursor
from app.domain.filters import NO_FILTERS, Filters
from app.domain.pagination import Page, Place, Sort, Window
from app.domain.text import camel_case
from app.runtime import runtime

SEARCH_MAX_LENGTH = 500
CURSOR_MAX_LENGTH = 4096
PAGE_SIZE = 20
NO = frozenset({"", "0", "false", "no"})
TRUE, FALSE = "true", "false"
EXACT = [known.name for known in fields_of(Filters)]


@dataclass(frozen=True, slots=True)
class Listing:
    """The parameters of a list request."""

    page: int
    size: int
    max_results: int | None
    search: str | None
    sort: Sort | None
    include_teams: bool = False
    filters: Mapping[str, Any] = field(default_factory=dict)
    """Further filters, by our names."""
    exact: Filters = NO_FILTERS

    place: Place | None = None
    """Where to begin, instead of a page."""

    @property
    def window(self) -> Window:
        if self.place is not None:
            return Window(0, self.size, after=self.place)
        return Window.of_page(self.page, self.size, self.max_results)

    def sort_or(self, default: Sort) -> Sort:
        """Return the requested order. A direction without a column applies to the default order."""
        if self.sort is None:
            return default
        return self.sort if self.sort.key else Sort(default.key, self.sort.descending)


class ListQuery(ApiSchema):
    """Page of a list."""

    is_list = True
    sorts: ClassVar[Mapping[str, str]] = {}
    """The columns that the list can be sorted by: our names by those of the API."""

    page = Whole(numeric_text=True, load_default=1, metadata={"description": "Number of the page, from 1."})
    page_size = Whole(
        numeric_text=True,
        load_default=PAGE_SIZE,
        metadata={"description": "Items per page; values above the server's limit are reduced to it."},
    )
    max_results = Whole(
        numeric_text=True,
        load_default=None,
        allow_none=False,
        metadata={"description": "Count and return at most this many; `isCapped` tells whether there are more."},
    )

    @post_load
    def _to_listing(self, data: dict[str, Any], **_kwargs: Any) -> Listing:
        return Listing(
            page=data["page"],
            size=min(data["page_size"], runtime().config.max_page_size),
            max_results=data["max_results"],
            search=data.get("search"),
            sort=self._sort(data.get("order_by"), data.get("sort_descending")),
            include_teams=data.get("include_teams", "").strip().lower() not in NO,
            filters=self.filters(data),
            place=data.get("cursor"),
            exact=Filters(**{name: data[name] for name in EXACT if name in data}),
        )

    def filters(self, _data: dict[str, Any]) -> dict[str, Any]:
        """Return the filters of this list, from the parameters."""
        return {}

    def _sort(self, order_by: str | None, descending: str | None) -> Sort | None:
        """Return the requested order; unknown columns are ignored, as in Umami from 3.2 on."""
        key = self.sorts.get(order_by or "")
        if key is None and descending is None:
            return None
        return Sort(key or "", descending == TRUE)


class ListCursor(Text):
    """A place in a list, as ``nextCursor`` returned it."""

    def accept(self, value: str) -> Any:
        place = Place.of(super().accept(value)) if len(value) <= CURSOR_MAX_LENGTH else None
        if place is None:
            raise ValidationError(InvalidCursor("cursor").message)
        return place


class CursorQuery(ListQuery):
    """Page, or place, in a list."""

    cursor = ListCursor(
        metadata={
            "description": "`nextCursor` of the answer before, instead of `page`, in the same order.",
            "maxLength": CURSOR_MAX_LENGTH,
        }
    )

    @validates_schema
    def _one_way(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if "cursor" in data and (data["page"] != 1 or data["max_results"] is not None):
            raise ValidationError({"cursor": ["Cannot be combined with page or maxResults"]})


class SortedQuery(ListQuery):
    """Page and order of a list."""

    order_by = Text(most=100, metadata={"description": "Column to sort by; unknown ones are ignored."})
    sort_descending = Option([TRUE, FALSE], metadata={"type": "boolean", "description": "Reverse the order."})


class SearchedQuery(ListQuery):
    """Page and search of a list."""

    search = Text(most=SEARCH_MAX_LENGTH, metadata={"description": "Part of the name, ignoring case; empty finds all."})


def exact(most: int, description: str) -> Text:
    """Return the parameter of an exact filter."""
    return Text(most=most, metadata={"description": description})


def created_after() -> Moment:
    return Moment(metadata={"description": "Only what was created later than this."})


class SortedSearchedQuery(SortedQuery, SearchedQuery):
    """Page, search and order of a list."""


class Envelope(OutSchema):
    """A page of a list."""

    count = fields.Integer(
        required=True,
        metadata={"description": "Number of rows on all pages; with `cursor`, when the first page was read."},
    )
    page = fields.Integer(metadata={"description": "Absent with `cursor`."})
    page_size = fields.Integer(required=True, metadata={"description": "The page size that was used."})
    order_by = fields.String()
    search = fields.String()
    sort_descending = fields.Boolean()
    is_capped = fields.Boolean(metadata={"description": "Whether there are more; only with `maxResults`."})
    next_cursor = fields.String(
        metadata={"description": "`cursor` of the next rows; absent on the last page, and in lists without cursors."}
    )


class ArrayOf:
    """A short list that is returned whole, as an array."""

    def __init__(self, item: type[OutSchema]) -> None:
        self.item = item

    def serialize(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        return [self.item.serialize(row) for row in rows]


class PageOf:
    """
    The envelope around rows of one schema, or of another if teams are included.

    :param order_by: the order that Umami always names
    """

    def __init__(
        self, item: type[OutSchema], *, with_teams: type[OutSchema] | None = None, order_by: str | None = None
    ) -> None:
        self.item, self.with_teams, self.order_by = item, with_teams or item, order_by

    def serialize(self, page: Page[Any], asked: Listing) -> dict[str, Any]:
        serialize = self.with_teams.serialize if asked.include_teams else self.item.serialize
        envelope: dict[str, Any] = {
            "data": [serialize(row) for row in page.rows],
            "count": page.total,
            **({"page": asked.page} if asked.place is None else {}),
            "pageSize": asked.size,
        }
        sort = asked.sort
        if sort is not None and sort.key:
            envelope["orderBy"] = camel_case(sort.key)
        elif self.order_by:
            envelope["orderBy"] = self.order_by
        if asked.search is not None:
            envelope["search"] = asked.search
        if sort is not None:
            envelope["sortDescending"] = sort.descending
        if asked.max_results is not None:
            envelope["isCapped"] = page.capped
        if page.next is not None:
            envelope["nextCursor"] = page.next.cursor
        return envelope
