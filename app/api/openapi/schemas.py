"""marshmallow schemas as JSON schemas: what apispec does not know about ours."""

from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields

from app.api.umami.fields import RECORD_MAX_DEPTH, RECORD_MAX_ITEMS, Record
from app.api.umami.schemas.base import described
from app.api.umami.schemas.lists import Envelope, ListQuery, PageOf
from app.api.umami.texts import kind

RECORD_LIMITS = f"At most {RECORD_MAX_ITEMS} values, {RECORD_MAX_DEPTH} levels deep."


class Converter(OpenAPIConverter):
    """Takes the descriptions of schemas from their docstrings."""

    def schema2jsonschema(self, schema: Schema) -> dict[str, Any]:
        found: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        return {"description": described(type(schema)).replace("``", "`"), **found}


class Plugin(MarshmallowPlugin):
    """apispec's plugin with support for our fields."""

    Converter = Converter

    def init_spec(self, spec: Any) -> None:
        super().init_spec(spec)
        for function in (constants, defaults, lengths, records, orders):
            self.working.add_attribute_function(function)

    @property
    def working(self) -> Any:
        """Return the converter, which exists once there is a document."""
        return self.converter

    def ref(self, schema: type[Schema]) -> dict[str, Any]:
        """Return a reference to a schema, after adding it to the components."""
        found: dict[str, Any] = self.working.resolve_nested_schema(schema)
        return found

    def page(self, page: PageOf) -> tuple[str, dict[str, Any]]:
        """Return name and schema of the envelope around rows."""
        kinds = list(dict.fromkeys([page.item, page.with_teams]))
        lists = [{"type": "array", "items": self.ref(item)} for item in kinds]
        envelope: dict[str, Any] = self.working.schema2jsonschema(Envelope())
        always = ["data", *envelope["required"], *(["orderBy"] if page.order_by else [])]
        return "Or".join(item.__name__ for item in kinds) + "Page", {
            **envelope,
            "properties": {"data": lists[0] if len(lists) == 1 else {"anyOf": lists}, **envelope["properties"]},
            "required": sorted(always),
        }


def constants(_converter: Any, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
    """Describe a constant."""
    if not isinstance(field, fields.Constant):
        return {}
    ret.pop("default", None)
    return {"type": kind(field.constant), "const": field.constant}


def defaults(_converter: Any, _field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
    """Remove a default of None, which means that there is no default."""
    if "default" in ret and ret["default"] is None:
        del ret["default"]
    return {}


def lengths(_converter: Any, _field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
    """Remove limits for text from fields that parse ``true`` and ``false``, as these are documented as booleans."""
    if ret.get("type") == "boolean":
        ret.pop("maxLength", None)
        ret.pop("enum", None)
    return {}


def records(_converter: Any, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
    """Describe the limits of objects with keys of the client's choice."""
    return {"description": ret.get("description", RECORD_LIMITS)} if isinstance(field, Record) else {}


def orders(_converter: Any, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
    """List the columns that a list can be sorted by."""
    if field.name == "order_by" and isinstance(field.parent, ListQuery):
        ret.pop("maxLength", None)
        return {"enum": list(field.parent.sorts)}
    return {}
