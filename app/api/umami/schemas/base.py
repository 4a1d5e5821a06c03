"""What Umami's schemas have in common: camelCase keys, a validator's texts, a fast pencil."""

from collections.abc import Callable
from datetime import UTC, datetime
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
    return in_utc.isoformat(timespec="milliseconds")[:23] + "Z"


class IsoDate(fields.DateTime):
    """A moment as JavaScript's ``toISOString`` writes it."""

    def _serialize(self, value: datetime | str | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
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
        """The function that draws one; for many, ask for it once."""
        pen = OutSchema._pens.get(cls)
        if pen is None:
            pen = OutSchema._pens[cls] = _pen(cls())
        return pen


def _pen(schema: Schema) -> Callable[[Any], dict[str, Any]]:
    """
    A function that draws one row: ``{"id": str(row.id), …}`` as a person would write it, made of the
    schema's own names. Walking the fields for each row would take three times as long.
    """
    names: dict[str, Any] = {"iso": iso_date}
    always: list[str] = []
    later: list[str] = []
    for number, (name, field) in enumerate(schema.dump_fields.items()):
        value = source = f"row.{field.of if isinstance(field, SameFlag) else field.attribute or name}"
        if isinstance(field, fields.Constant):
            names[f"v{number}"], value = field.constant, f"v{number}"
        elif isinstance(field, Drawn):
            names[f"v{number}"], value = field.draw, f"v{number}(row)"
        elif isinstance(field, fields.UUID):
            value = f"(None if (id := {value}) is None else str(id))"
        elif isinstance(field, fields.DateTime):
            value = f"(at if (at := {value}).__class__ is str else iso(at))"
        if not (field.required or isinstance(field, fields.Constant | Drawn)):
            there = source if isinstance(field, fields.Boolean) else f"{source} is not None"
            later.append(f"    if {there}: drawn[{field.data_key!r}] = {value}")
        elif later:  # keys keep their order
            later.append(f"    drawn[{field.data_key!r}] = {value}")
        else:
            always.append(f"{field.data_key!r}: {value}")
    exec("\n".join(["def pen(row):", f"    drawn = {{{', '.join(always)}}}", *later, "    return drawn"]), names)  # noqa: S102
    pen: Callable[[Any], dict[str, Any]] = names["pen"]
    return pen


def reference(identity: Any, **others: Any) -> dict[str, Any] | None:
    """A small object ``{id, …}`` from columns of a row; None where the id is null."""
    return None if identity is None else {"id": str(identity), **others}


def described(schema: type[Schema]) -> str:
    """The first line of a schema's docstring."""
    return (schema.__doc__ or "").strip().partition("\n")[0]
