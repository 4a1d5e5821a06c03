"""Statements with typed rows and checked parameters, compiled once for each kind of database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import BindParameter, CompoundSelect, Dialect, Select, TextualSelect, UpdateBase
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import iterate

from app.db.sql.keyset import SORT, parsed
from app.domain.errors import InvalidCursor
from app.domain.pagination import MAX_OFFSET, Page, Place, Window

T = TypeVar("T", bound=NamedTuple)
Convert = Callable[[Any], Any]
AnySelect = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
Line = Sequence[Any]
"""A row as the driver returns it: the values of all columns in order."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement in the form that a driver executes."""

    text: str
    positions: Sequence[str] | None
    """The names of the parameters in order; None if the driver takes parameters by name."""
    constants: Mapping[str, Any]
    """Parameters whose values are part of the statement."""
    binds: Sequence[tuple[str, Convert]]
    """Converters of parameters, by name."""
    results: Sequence[tuple[int, Convert]]
    """Converters of results, by the position of the column."""

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The parameters for the driver, with ``values`` converted to its types."""
        given = {**self.constants, **values}
        for name, convert in self.binds:
            given[name] = convert(given[name])
        return given if self.positions is None else [given[name] for name in self.positions]

    def lines(self, found: list[Line]) -> list[Line]:
        """The driver's rows, with values converted to the types of the columns."""
        return list(map(self._converted, found)) if self.results else found

    def _converted(self, line: Line) -> Line:
        values = list(line)
        for place, convert in self.results:
            values[place] = convert(values[place])
        return values


class Statement:
    """A statement that returns rows; see ``Query`` and ``PageQuery``."""

    def __init__(self, statement: AnySelect | TextualSelect | UpdateBase, columns: Sequence[str], name: str) -> None:
        found = [str(column.key) for column in statement.exported_columns]
        if found != list(columns):
            raise TypeError(f"{name} has the fields {', '.join(columns)}; its statement selects {', '.join(found)}")
        binds = [element for element in iterate(statement) if isinstance(element, BindParameter)]
        self.statement = statement
        self.name = name
        self.parameters = frozenset(str(bind.key) for bind in binds if bind.required)
        self.changes = isinstance(statement, UpdateBase)
        self._compiled: dict[type[Dialect], Compiled | None] = {}
        self._compiling = Lock()

    def check(self, values: Mapping[str, Any]) -> None:
        """Check the names of the parameters. :raises TypeError: one is missing or unknown"""
        if values.keys() != self.parameters:
            wrong = [f"{name} is missing" for name in sorted(self.parameters - values.keys())]
            wrong += [f"{name} is unknown" for name in sorted(values.keys() - self.parameters)]
            raise TypeError(f"Parameters of the query for {self.name}: {', '.join(wrong)}")

    def compiled(self, dialect: Dialect) -> Compiled | None:
        """
        The compiled statement for a kind of database; None if the SQL depends on the values, as it does for
        expanding lists.

        :param dialect: from an engine that has connected at least once, since the SQL can depend on the server
        """
        kind = type(dialect)
        try:
            return self._compiled[kind]
        except KeyError:
            with self._compiling:
                if kind not in self._compiled:
                    self._compiled[kind] = _compile(self.statement, dialect)
            return self._compiled[kind]


def _compile(statement: AnySelect | TextualSelect | UpdateBase, dialect: Dialect) -> Compiled | None:
    compiled = statement.compile(dialect=dialect)
    if not isinstance(compiled, SQLCompiler) or compiled.post_compile_params or compiled.literal_execute_params:
        return None
    binds = {  # several bind parameters of one name are a single parameter
        name: convert
        for bind, name in compiled.bind_names.items()
        if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    }
    results = [
        (place, convert)
        for place, column in enumerate(statement.exported_columns)
        if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
    ]
    return Compiled(
        text=str(compiled),
        positions=list(compiled.positiontup or ()) if compiled.positional else None,
        constants={name: bind.value for bind, name in compiled.bind_names.items() if not bind.required},
        binds=tuple(binds.items()),
        results=results,
    )


class Query(Statement, Generic[T]):
    """
    A statement and the type of its rows, a ``NamedTuple`` with a field for each column.

    :raises TypeError: names or order of the columns and the fields differ
    """

    def __init__(self, statement: AnySelect | TextualSelect | UpdateBase, row: type[T]) -> None:
        super().__init__(statement, row._fields, row.__name__)
        self.row = row
        # The same as ``row._make`` without its check of the length.
        self._make: Callable[[Line], T] = partial(tuple.__new__, row)

    def rows(self, lines: Iterable[Line]) -> list[T]:
        """The typed rows for rows from the driver."""
        return list(map(self._make, lines))


class PageQuery(Statement, Generic[T]):
    """
    A statement of ``paged`` and the type of its rows, whose fields are the columns without ``total`` and sort values.

    :raises TypeError: names or order of the columns and the fields differ
    :raises ValueError: there is no field ``id``
    """

    def __init__(self, statement: AnySelect, row: type[T]) -> None:
        self._sorts = [column for column in statement.exported_columns if str(column.key).startswith(SORT)]
        self._labels = [str(column.key) for column in self._sorts]
        super().__init__(statement, ("total", *row._fields, *self._labels), row.__name__)
        self.row = row
        self._order = " ".join(self._labels)
        self._end = len(row._fields) + 1
        self._id = row._fields.index("id") + 1
        self._make: Callable[[Line], T] = partial(tuple.__new__, row)

    def values(self, window: Window) -> dict[str, int]:
        """The parameters that select the page of a window. Without a cap, all rows are counted."""
        return {"probe": MAX_OFFSET} | window.values if "probe" in self.parameters else window.values

    def page(self, lines: Sequence[Line], window: Window) -> Page[T]:
        """The page for rows from the driver: each has the total, and past the end there is one row without an id."""
        end = self._end
        rows = [self._make(line[1:end]) for line in lines if line[self._id] is not None]
        page = Page.of(rows, lines[0][0], window)
        if not self._sorts or not page.continues(window):
            return page
        return replace(page, next=Place(self._order, page.total, lines[len(page.rows) - 1][end:]))

    def parsed(self, place: Place) -> Sequence[Any]:
        """The sort values of a place in this list. :raises InvalidCursor: it is a place in another list"""
        try:
            if place.order == self._order:
                pairs = zip(place.values, self._sorts, strict=True)
                return [parsed(value, column) for value, column in pairs]
        except ValueError:
            pass
        raise InvalidCursor("cursor")
