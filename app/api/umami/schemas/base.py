"""What the schemas of Umami's API share: camelCase keys, dates as JavaScript writes them, and fast serialization."""

from collections.abc import Callable
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, fields


def camel_case(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)


def iso_date(moment: datetime | str | None) -> str | None:
    """Return a time as ``2026-11-21T16:42:01.599Z``; text, which the database has formatted so, is returned as is."""
    if moment is None or isinstance(moment, str):
        return moment
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return in_utc.isoformat("T", "milliseconds")[:23] + "Z"


class IsoDate(fields.DateTime):
    """A time as JavaScript's ``toISOString`` writes it."""

    def _serialize(self, value: datetime | str | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return iso_date(value)


class Drawn(fields.Nested):
    """
    An object, or a list of objects, that a function serializes from the whole row.

    :param schema: describes the object in the OpenAPI document
    :param draw: returns the value for JSON
    """

    def __init__(self, schema: type[Schema], draw: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(schema, **kwargs)
        self.draw = draw

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> Any:
        return self.draw(obj)


class SameFlag(fields.Boolean):
    """A boolean under a second name. :param of: the attribute of the row that has the value"""

    def __init__(self, of: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.of = of

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> Any:
        return getattr(obj, self.of)


class WireSchema(Schema):
    """A schema with camelCase keys. Unknown keys are ignored, because clients send back whole objects."""

    class Meta:
        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        if field_obj.data_key is None:
            field_obj.data_key = camel_case(field_name)


class OutSchema(WireSchema):
    """
    The schema of an object in responses.

    ``draw`` serializes a row without marshmallow, because that is much faster; a test compares the results. Keys that
    are not ``required`` are left out if their value is None or false.
    """

    _pens: ClassVar[dict[type, Callable[[Any], dict[str, Any]]]] = {}

    @classmethod
    def draw(cls, source: Any) -> dict[str, Any]:
        """Return the JSON object for anything that has the attributes of the fields."""
        return cls.pen()(source)

    @classmethod
    def pen(cls) -> Callable[[Any], dict[str, Any]]:
        """Return the function that serializes a row. For many rows, call this only once."""
        pen = OutSchema._pens.get(cls)
        if pen is None:
            pen = OutSchema._pens[cls] = _pen(cls())
        return pen


def _pen(schema: Schema) -> Callable[[Any], dict[str, Any]]:
    """
    Return a function that serializes a row.

    It looks at marshmallow's fields only once, because doing so for each row would take three times as long.
    """
    blank: dict[str, Any] = {}  # all keys in order, with the constants
    sources: dict[str, str] = {}
    drawn: list[tuple[str, Callable[[Any], Any]]] = []
    converted: list[tuple[str, Callable[[Any], Any]]] = []
    flags: list[str] = []
    optional: list[str] = []
    for name, field in schema.dump_fields.items():
        key = str(field.data_key)
        blank[key] = field.constant if isinstance(field, fields.Constant) else None
        if isinstance(field, Drawn):
            drawn.append((key, field.draw))
        elif not isinstance(field, fields.Constant):
            sources[key] = field.of if isinstance(field, SameFlag) else field.attribute or name
            if isinstance(field, fields.UUID):
                converted.append((key, str))
            elif isinstance(field, fields.DateTime):
                converted.append((key, iso_date))
            if not field.required:
                (flags if isinstance(field, fields.Boolean) else optional).append(key)
    keys, values_of = tuple(sources), _values_of(*sources.values())
    rare = bool(drawn or flags or optional)

    def pen(row: Any) -> dict[str, Any]:
        answer = blank.copy()
        answer.update(zip(keys, values_of(row)))  # noqa: B905 (the lengths are equal, and checking them takes time)
        for key, as_text in converted:
            value = answer[key]
            if value.__class__ is not str and value is not None:  # in long lists, the database returns text
                answer[key] = as_text(value)
        if rare:
            for key, draw in drawn:
                answer[key] = draw(row)
            for key in optional:
                if answer[key] is None:
                    del answer[key]
            for key in flags:
                if not answer[key]:
                    del answer[key]
        return answer

    return pen


def _values_of(*names: str) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda row: tuple(getattr(row, name) for name in names)  # for one name, attrgetter returns no tuple


def reference(identity: Any, **others: Any) -> dict[str, Any] | None:
    """Return an object ``{id, …}`` that refers to something, or None if the id is None."""
    return None if identity is None else {"id": str(identity), **others}


def described(schema: type[Schema]) -> str:
    """Return the description of a schema: the first line of its docstring that has text."""
    return (schema.__doc__ or "").strip().partition("\n")[0]
