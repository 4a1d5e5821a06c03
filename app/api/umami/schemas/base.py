"""Common to all schemas of Umami's API: camelCase keys, and fast serializers."""

from collections.abc import Callable
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, fields

from app.domain.text import camel_case


def iso_date(moment: datetime | str | None) -> str | None:
    """Format a time in UTC with milliseconds: ``2026-11-21T16:42:01.599Z``. Text has this form already."""
    if moment is None or isinstance(moment, str):
        return moment
    in_utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return in_utc.isoformat("T", "milliseconds")[:23] + "Z"


def exact_date(moment: datetime | str | None) -> str | None:
    """Format a time in UTC with microseconds."""
    if moment is None or isinstance(moment, str):
        return moment
    return moment.astimezone(UTC).isoformat("T", "microseconds")[:26] + "Z"


class IsoDate(fields.DateTime):
    """A time as JavaScript's ``toISOString`` writes it."""

    def _serialize(self, value: datetime | str | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return iso_date(value)


class ExactDate(IsoDate):
    """A time with microseconds, for what a hash covers."""

    def _serialize(self, value: datetime | str | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return exact_date(value)


class Serialized(fields.Nested):
    """An object, or a list of objects (``many``), that a function serializes from the whole row."""

    def __init__(self, schema: type[Schema], function: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(schema, **kwargs)
        self.function = function

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> Any:
        return self.function(obj)


class SameFlag(fields.Boolean):
    """A boolean under a second name; ``of`` is the attribute that holds it."""

    def __init__(self, of: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.of = of

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **kwargs: Any) -> Any:
        return getattr(obj, self.of)


class ApiSchema(Schema):
    """Keys are camelCase. Unknown keys are ignored, since clients send whole objects back."""

    is_list: ClassVar[bool] = False
    """Whether it has the parameters of a list, in whose query an unknown key is an error."""

    class Meta:
        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        if field_obj.data_key is None:
            field_obj.data_key = camel_case(field_name)


class OutSchema(ApiSchema):
    """
    The shape of a response. ``serialize`` serializes a row directly, without marshmallow's general machinery; a test
    compares the results of both. Keys that are not ``required`` are left out if they have no value, or are false.
    """

    _serializers: ClassVar[dict[type, Callable[[Any], dict[str, Any]]]] = {}

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """Serialize an object that has the attributes which the fields name."""
        return cls.serializer()(source)

    @classmethod
    def serializer(cls) -> Callable[[Any], dict[str, Any]]:
        """Return the function that serializes one object; for many objects, get it once."""
        serializer = OutSchema._serializers.get(cls)
        if serializer is None:
            serializer = OutSchema._serializers[cls] = _serializer(cls())
        return serializer


def _serializer(schema: Schema) -> Callable[[Any], dict[str, Any]]:
    """
    Return a function that serializes one row. The fields are examined once: walking marshmallow's fields for each row
    would take three times as long.
    """
    blank: dict[str, Any] = {}  # all keys in order, with the constants
    sources: dict[str, str] = {}
    serialized: list[tuple[str, Callable[[Any], Any]]] = []
    converted: list[tuple[str, Callable[[Any], Any]]] = []
    flags: list[str] = []
    optional: list[str] = []
    for name, field in schema.dump_fields.items():
        key = str(field.data_key)
        blank[key] = field.constant if isinstance(field, fields.Constant) else None
        if isinstance(field, Serialized):
            serialized.append((key, field.function))
        elif not isinstance(field, fields.Constant):
            sources[key] = field.of if isinstance(field, SameFlag) else field.attribute or name
            if isinstance(field, fields.UUID):
                converted.append((key, str))
            elif isinstance(field, fields.DateTime):
                converted.append((key, exact_date if isinstance(field, ExactDate) else iso_date))
            if not field.required:
                (flags if isinstance(field, fields.Boolean) else optional).append(key)
    keys, values_of = tuple(sources), _values_of(*sources.values())
    rare = bool(serialized or flags or optional)

    def serializer(row: Any) -> dict[str, Any]:
        answer = blank.copy()
        answer.update(zip(keys, values_of(row)))  # noqa: B905 (the lengths are equal, and checking them takes time)
        for key, as_text in converted:
            value = answer[key]
            if value.__class__ is not str and value is not None:  # in long lists, the database returns text
                answer[key] = as_text(value)
        if rare:
            for key, serialize in serialized:
                answer[key] = serialize(row)
            for key in optional:
                if answer[key] is None:
                    del answer[key]
            for key in flags:
                if not answer[key]:
                    del answer[key]
        return answer

    return serializer


def _values_of(*names: str) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda row: tuple(getattr(row, name) for name in names)  # for one name, attrgetter returns no tuple


def reference(identity: Any, **others: Any) -> dict[str, Any] | None:
    """Return an object ``{id, …}`` from columns of a row, or None if the id is null."""
    return None if identity is None else {"id": str(identity), **others}


def described(schema: type[Schema]) -> str:
    """Return the first line of a schema's docstring."""
    return (schema.__doc__ or "").strip().partition("\n")[0]
