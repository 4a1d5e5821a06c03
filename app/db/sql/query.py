"""Statements that know the type of their rows and their parameters, compiled once for each kind of database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import BindParameter, Dialect, Select, TextualSelect, UpdateBase
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import iterate

from app.domain.pagination import MAX_OFFSET, Page, Window

T = TypeVar("T", bound=NamedTuple)
Convert = Callable[[Any], Any]
AnySelect = Select[*tuple[Any, ...]]
Line = Sequence[Any]
"""A row as it was read: the values of all columns, in their order."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement as a driver takes it."""

    text: str
    positions: Sequence[str] | None
    """The names of its parameters in their order; None where the driver takes them by name."""
    constants: Mapping[str, Any]
    """Parameters with a value of their own."""
    binds: Sequence[tuple[str, Convert]]
    results: Sequence[tuple[int, Convert]]

    def parameters(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        given = {**self.constants, **values}
        for name, convert in self.binds:
            given[name] = convert(given[name])
        return given if self.positions is None else [given[name] for name in self.positions]

    def lines(self, found: list[Line]) -> list[Line]:
        """What the driver returned, with values of the types that the columns promise."""
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
        """:raises TypeError: a parameter is missing, or there is none of that name"""
        if values.keys() != self.parameters:
            wrong = [f"{name} is missing" for name in sorted(self.parameters - values.keys())]
            wrong += [f"{name} is unknown" for name in sorted(values.keys() - self.parameters)]
            raise TypeError(f"Parameters of the query for {self.name}: {', '.join(wrong)}")

    def compiled(self, dialect: Dialect) -> Compiled | None:
        """
        The statement for this kind of database; None where its text depends on the values, as with lists of any length.

        :param dialect: of an engine that has been connected, since it may know only then how to write text
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
    binds = {  # several of one name are one parameter
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

    :raises TypeError: the columns are not exactly the fields, in their order
    """

    def __init__(self, statement: AnySelect | TextualSelect | UpdateBase, row: type[T]) -> None:
        super().__init__(statement, row._fields, row.__name__)
        self.row = row
        # What ``row._make`` does, without counting the values again.
        self._make: Callable[[Line], T] = partial(tuple.__new__, row)

    def rows(self, lines: Iterable[Line]) -> list[T]:
        """The rows of what was read."""
        return list(map(self._make, lines))


class PageQuery(Statement, Generic[T]):
    """
    A statement of ``paged`` and the type of its rows, whose fields are the columns without ``total``.

    :raises TypeError: see ``Query``; or there is no ``id``
    """

    def __init__(self, statement: AnySelect, row: type[T]) -> None:
        super().__init__(statement, ("total", *row._fields), row.__name__)
        self.row = row
        self._id = row._fields.index("id") + 1
        self._make: Callable[[Line], T] = partial(tuple.__new__, row)

    def values(self, window: Window) -> dict[str, int]:
        """The parameters that say which page; all rows are counted where the window has no cap."""
        return {"probe": MAX_OFFSET} | window.values if "probe" in self.parameters else window.values

    def page(self, lines: Sequence[Line], window: Window) -> Page[T]:
        """The page of what was read: every row has the total; past the end there is one without an id."""
        rows = [self._make(line[1:]) for line in lines if line[self._id] is not None]
        return Page.of(rows, lines[0][0], window)
