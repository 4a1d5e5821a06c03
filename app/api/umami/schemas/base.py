"""What Umami's schemas have in common: camelCase keys, a validator's texts, a fast pencil."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, fields


def camel_case(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)


def iso_date(moment: datetime | None) -> str | None:
    """UTC, three fraction digits, ``Z``: ``2026-11-21T16:42:01.599Z``."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:23] + "Z"


class IsoDate(fields.DateTime):
    """A moment as JavaScript's ``toISOString`` writes it."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return iso_date(value)


class Drawn(fields.Nested):
    """An object, or a list of them (``many``), that a function draws from the whole row."""

    def __init__(self, schema: type[Schema], draw: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(schema, **kwargs)
        self.draw = draw

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> Any:
        return self.draw(obj)


class SameFlag(fields.Boolean):
    """A flag under a second name; ``of`` is the attribute that holds it."""

    def __init__(self, of: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.of = of

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> Any:
        return getattr(obj, self.of)


class WireSchema(Schema):
    """Keys are camelCase; unknown ones are dropped, as clients send whole objects back."""

    class Meta:
        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        if field_obj.data_key is None:
            field_obj.data_key = camel_case(field_name)


Pencil = tuple[str, Callable[[Any], Any]]
"""A key of the answer, and how to read its value from a row."""


class OutSchema(WireSchema):
    """
    The shape of an answer. ``draw`` writes it straight from a row, without marshmallow's general
    machinery; a test holds the two to the same result.
    """

    _pencils: ClassVar[dict[type, list[Pencil]]] = {}

    @classmethod
    def draw(cls, source: Any) -> dict[str, Any]:
        """The answer's JSON object, from anything with the attributes that the fields name."""
        pencils = OutSchema._pencils.get(cls) or cls._sharpen()
        return {key: read(source) for key, read in pencils}

    @classmethod
    def _sharpen(cls) -> list[Pencil]:
        pencils = [(str(field.data_key), _reader(name, field)) for name, field in cls().dump_fields.items()]
        OutSchema._pencils[cls] = pencils
        return pencils


def reference(identity: Any, **others: Any) -> dict[str, Any] | None:
    """A small object ``{id, …}`` from columns of a row; None where the id is null."""
    return None if identity is None else {"id": str(identity), **others}


def _reader(name: str, field: fields.Field[Any]) -> Callable[[Any], Any]:
    if isinstance(field, fields.Constant):
        constant = field.constant
        return lambda _source: constant
    if isinstance(field, Drawn):
        return field.draw
    value = attrgetter(field.of if isinstance(field, SameFlag) else field.attribute or name)
    if isinstance(field, fields.UUID):
        return lambda source: None if (found := value(source)) is None else str(found)
    if isinstance(field, fields.DateTime):
        return lambda source: iso_date(value(source))
    return value


def described(schema: type[Schema]) -> str:
    """The first line of a schema's docstring."""
    return (schema.__doc__ or "").strip().partition("\n")[0]


def wire_names(schema: type[Schema]) -> Mapping[str, str]:
    """Our names of a schema's fields to the wire's."""
    return {field.attribute or name: str(field.data_key) for name, field in schema().fields.items()}
