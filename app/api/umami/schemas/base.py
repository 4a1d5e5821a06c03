"""What Umami's schemas have in common: camelCase keys, a validator's texts, a fast pencil."""

from collections.abc import Callable
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, fields


def camel_case(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.title() for word in tail)


def iso_date(moment: datetime | str | None) -> str | None:
    """UTC, three fraction digits, ``Z``: ``2026-11-21T16:42:01.599Z``. Text has been written so by the database."""
    if moment is None or isinstance(moment, str):
        return moment
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return in_utc.isoformat("T", "milliseconds")[:23] + "Z"


class IsoDate(fields.DateTime):
    """A moment as JavaScript's ``toISOString`` writes it."""

    def _serialize(self, value: datetime | str | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return iso_date(value)


class Drawn(fields.Nested):
    """An object, or a list of them (``many``), that a function makes from the whole row."""

    def __init__(self, schema: type[Schema], draw: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(schema, **kwargs)
        self.draw = draw  # codespell:ignore draw

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


class OutSchema(WireSchema):
    """
    The shape of an answer. ``draw`` writes it straight from a row, without marshmallow's general
    machinery; a test holds the two to the same result. Keys that are not ``required`` are left out where they have
    no value, or are false.
    """

    _pens: ClassVar[dict[type, Callable[[Any], dict[str, Any]]]] = {}

    @classmethod
    def draw(cls, source: Any) -> dict[str, Any]:
        """The answer's JSON object, from anything with the attributes that the fields name."""
        return cls.pen()(source)

    @classmethod
    def pen(cls) -> Callable[[Any], dict[str, Any]]:
        """Return the function that serializes one row; for many rows, get it once."""
        serialize = OutSchema._pens.get(cls)
        if serialize is None:
            serialize = OutSchema._pens[cls] = _pen(cls())
        return serialize


def _pen(schema: Schema) -> Callable[[Any], dict[str, Any]]:
    """
    A function that serializes one row. What is to be done with each field is found out once: walking marshmallow's
    fields for each row would take three times as long.
    """
    blank: dict[str, Any] = {}  # all keys in their order, with what is the same for all rows
    sources: dict[str, str] = {}
    made: list[tuple[str, Callable[[Any], Any]]] = []
    converted: list[tuple[str, Callable[[Any], Any]]] = []
    flags: list[str] = []
    optional: list[str] = []
    for name, field in schema.dump_fields.items():
        key = str(field.data_key)
        blank[key] = field.constant if isinstance(field, fields.Constant) else None
        if isinstance(field, Drawn):  # codespell:ignore drawn
            made.append((key, field.draw))
        elif not isinstance(field, fields.Constant):
            sources[key] = field.of if isinstance(field, SameFlag) else field.attribute or name
            if isinstance(field, fields.UUID):
                converted.append((key, str))
            elif isinstance(field, fields.DateTime):
                converted.append((key, iso_date))
            if not field.required:
                (flags if isinstance(field, fields.Boolean) else optional).append(key)
    keys, values_of = tuple(sources), _values_of(*sources.values())
    rare = bool(made or flags or optional)

    def serialize(row: Any) -> dict[str, Any]:
        answer = blank.copy()
        answer.update(zip(keys, values_of(row)))  # noqa: B905 (as many as there are; to check it costs)
        for key, as_text in converted:
            value = answer[key]
            if value.__class__ is not str and value is not None:  # long lists come as text from the database
                answer[key] = as_text(value)
        if rare:
            for key, make in made:
                answer[key] = make(row)
            for key in optional:
                if answer[key] is None:
                    del answer[key]
            for key in flags:
                if not answer[key]:
                    del answer[key]
        return answer

    return serialize


def _values_of(*names: str) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda row: tuple(getattr(row, name) for name in names)  # of one, attrgetter gives the value alone


def reference(identity: Any, **others: Any) -> dict[str, Any] | None:
    """A small object ``{id, …}`` from columns of a row; None where the id is null."""
    return None if identity is None else {"id": str(identity), **others}


def described(schema: type[Schema]) -> str:
    """The first line of a schema's docstring."""
    return (schema.__doc__ or "").strip().partition("\n")[0]
