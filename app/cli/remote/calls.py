"""What all operations share: calls with the command's client, rows of responses, and pages of lists."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from uuid_utils.compat import uuid7

from app.cli.remote.target import client
from app.domain.pagination import Page, Window
from app.domain.text import camel_case, snake_case


class Record(SimpleNamespace):
    """A row of a response, with our names: ``row.created_at``."""

    def _asdict(self) -> dict[str, Any]:
        return dict(vars(self))


def call(method: str, path: str, **options: Any) -> Any:
    """Return the JSON that the command's server answers; see ``Client.call``."""
    return client().call(method, path, **options)


def new_id() -> str:
    """Return an id for something new, which makes it safe to repeat the request that creates it."""
    return str(uuid7())


def body(**values: Any) -> dict[str, Any]:
    """Return a body for a request. Values that are None are left out."""
    return {camel_case(name): _sent(value) for name, value in values.items() if value is not None}


def _sent(value: Any) -> Any:
    if isinstance(value, Mapping):
        return body(**value)
    return [_sent(item) for item in value] if isinstance(value, list | tuple) else value


def record(found: Mapping[str, Any], **defaults: Any) -> Record:
    """
    Return a row of a response. Times become datetimes; objects inside stay as they are.

    :param defaults: values of what a response leaves out
    """
    return Record(**{**defaults, **{snake_case(name): _received(name, value) for name, value in found.items()}})


def _received(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name.endswith("At") and isinstance(value, str) else value


def page(path: str, window: Window, as_row: Callable[[Mapping[str, Any]], Record] = record, **query: Any) -> Page[Any]:
    """Return the rows of a list in a window. A server may have smaller pages than the window; then it takes several."""
    size = window.limit
    answer = call("GET", path, query={"page": window.offset // size + 1, "pageSize": size, **query})
    rows, used = answer["data"], answer.get("pageSize", size)
    if used < size:
        rows, number = [], window.offset // used
        before = window.offset - number * used
        while len(rows) < before + size:
            number += 1
            part = call("GET", path, query={"page": number, "pageSize": used, **query})["data"]
            rows += part
            if len(part) < used:
                break
        rows = rows[before : before + size]
    return Page([as_row(row) for row in rows], answer["count"])
