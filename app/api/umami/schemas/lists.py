"""Lists in Umami's API: their query parameters, and the envelope around a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from marshmallow import fields, post_load

from app.api.umami.fields import Option, Text, Whole
from app.api.umami.schemas.base import OutSchema, WireSchema, camel_case
from app.domain.pagination import Page, Sort, Window
from app.runtime import runtime

SEARCH_MAX_LENGTH = 500
PAGE_SIZE = 20
NO = frozenset({"", "0", "false", "no"})
TRUE, FALSE = "true", "false"


@dataclass(frozen=True, slots=True)
class Listing:
    """The parameters of a request for a list."""

    page: int
    size: int
    max_results: int | None
    search: str | None
    sort: Sort | None
    include_teams: bool = False
    filters: Mapping[str, Any] = field(default_factory=dict)
    """Further filters, by our names."""

    @property
    def window(self) -> Window:
        return Window.of_page(self.page, self.size, self.max_results)

    def sort_or(self, default: Sort) -> Sort:
        """Return the requested order, or the default's column if the request has only a direction."""
        if self.sort is None:
            return default
        return self.sort if self.sort.key else Sort(default.key, self.sort.descending)


class ListQuery(WireSchema):
    """Query parameters of a list."""

    sorts: ClassVar[Mapping[str, str]] = {}
    """The columns that the list can be sorted by: our names by those of the API."""

    page = Whole(numeric_text=True, load_default=1, metadata={"description": "The number of the page; the first is 1."})
    page_size = Whole(
        numeric_text=True,
        load_default=PAGE_SIZE,
        metadata={"description": "Items per page; values above the server's limit are reduced to it."},
    )
    max_results = Whole(
        numeric_text=True,
        load_default=None,
        allow_none=False,
        metadata={"description": "Count and return at most so many items; `isCapped` says whether there are more."},
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
        )

    def filters(self, _data: dict[str, Any]) -> dict[str, Any]:
        """Return the filters that are specific to this list, by our names."""
        return {}

    def _sort(self, order_by: str | None, descending: str | None) -> Sort | None:
        """Return the requested order; unknown columns are ignored, as in Umami from 3.2 on."""
        key = self.sorts.get(order_by or "")
        if key is None and descending is None:
            return None
        return Sort(key or "", descending == TRUE)


class SortedQuery(ListQuery):
    """Query parameters of a list that can be sorted."""

    order_by = Text(most=100, metadata={"description": "The key to sort by; unknown keys are ignored."})
    sort_descending = Option(
        [TRUE, FALSE], metadata={"type": "boolean", "description": "Whether to sort in descending order."}
    )


class SearchedQuery(ListQuery):
    """Query parameters of a list that can be searched."""

    search = Text(
        most=SEARCH_MAX_LENGTH,
        metadata={"description": "Part of the name; not case-sensitive. An empty search finds everything."},
    )


class SortedSearchedQuery(SortedQuery, SearchedQuery):
    """Query parameters of a list that can be searched and sorted."""


class Envelope(OutSchema):
    """A page of a list."""

    count = fields.Integer(required=True, metadata={"description": "The number of items on all pages."})
    page = fields.Integer(required=True)
    page_size = fields.Integer(required=True, metadata={"description": "The page size that was used."})
    order_by = fields.String()
    search = fields.String()
    sort_descending = fields.Boolean()
    is_capped = fields.Boolean(metadata={"description": "Whether there are more items than `maxResults`."})


class PageOf:
    """
    A page of a list as the result of an endpoint.

    :param item: the schema of the items
    :param with_teams: their schema if the request has ``includeTeams``; the same by default
    :param order_by: ``orderBy`` of the response if the request has none, for lists where Umami always sends it
    """

    def __init__(
        self, item: type[OutSchema], *, with_teams: type[OutSchema] | None = None, order_by: str | None = None
    ) -> None:
        self.item, self.with_teams, self.order_by = item, with_teams or item, order_by

    def draw(self, page: Page[Any], asked: Listing) -> dict[str, Any]:
        draw = self.with_teams.draw if asked.include_teams else self.item.draw
        envelope: dict[str, Any] = {
            "data": [draw(row) for row in page.rows],
            "count": page.total,
            "page": asked.page,
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
        return envelope
