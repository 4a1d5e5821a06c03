"""marshmallow schemas as JSON schemas: what apispec has to be told about ours."""

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
    """Says of each schema what its docstring says."""

    def schema2jsonschema(self, schema: Schema) -> dict[str, Any]:
        found: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        return {"description": described(type(schema)).replace("``", "`"), **found}


class Plugin(MarshmallowPlugin):
    """apispec's plugin, knowing our fields."""

    Converter = Converter

    def init_spec(self, spec: Any) -> None:
        super().init_spec(spec)
        for function in (constants, defaults, lengths, records, orders):
            self.working.add_attribute_function(function)

    @property
    def working(self) -> Any:
        """The converter, which there is once there is a document; without the types that apispec leaves out."""
        return self.converter

    def ref(self, schema: type[Schema]) -> dict[str, Any]:
        """A reference to a schema, which is among the components from now on."""
        found: dict[str, Any] = self.working.resolve_nested_schema(schema)
        return found

    def page(self, page: PageOf) -> tuple[str, dict[str, Any]]:
        """The name and the schema of the envelope around rows."""
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
    """What never differs."""
    if not isinstance(field, fields.Constant):
        return {}
    ret.pop("default", None)
    return {"type": kind(field.constant), "const": field.constant}


def defaults(_converter: Any, _field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
    """A default of None means that there is none."""
    if "default" in ret and ret["default"] is None:
        del ret["default"]
    return {}


def lengths(_converter: Any, _field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
    """Only of what is documented as text: ``true`` and ``false`` are read from text, and are flags to the reader."""
    if ret.get("type") == "boolean":
        ret.pop("maxLength", None)
        ret.pop("enum", None)
    return {}


def records(_converter: Any, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
    """Objects of the client's own making."""
    return {"description": ret.get("description", RECORD_LIMITS)} if isinstance(field, Record) else {}


def orders(_converter: Any, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
    """The columns that this very list can be sorted by."""
    if field.name == "order_by" and isinstance(field.parent, ListQuery):
        ret.pop("maxLength", None)
        return {"enum": list(field.parent.sorts)}
    return {}
