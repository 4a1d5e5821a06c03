"""Files of users, teams, memberships, websites and grants."""

from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, post_load

from app.api.umami.fields import Flag, Option, Text
from app.api.umami.schemas.base import ApiSchema, OutSchema
from app.services.files.columns import NAMES
from app.services.files.importing import FileOptions
from app.services.importing.report import Outcome

ENCODINGS = ("utf-8", "utf-16", "latin-1", "windows-1252")
KINDS = ", ".join(f"`{name}`" for name in NAMES)


class Kinds(Text):
    """Names of kinds of rows, separated by commas."""

    def accept(self, value: str) -> Any:
        names = super().accept(value).split(",", len(NAMES))
        if not set(names) <= set(NAMES):
            raise ValidationError(f"Invalid option: expected some of {', '.join(NAMES)}")
        return {NAMES[name] for name in names}


class FileQuery(ApiSchema):
    """Which rows to export."""

    is_list = True

    kinds = Kinds(
        load_default=lambda: set(NAMES.values()),
        metadata={"description": f"Only rows of these kinds, separated by commas: {KINDS}.", "examples": ["user,team"]},
    )


class FileRows(OutSchema):
    """Rows of a file, without secrets."""

    rows = fields.List(fields.Dict(), required=True, metadata={"description": "Objects as on the lines of a file."})

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From rows."""
        return {"rows": [{name: _plain(value) for name, value in row.items() if value is not None} for row in source]}


def _plain(value: Any) -> Any:
    """Return a value as a file has it, times with microseconds."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, UUID) else value


class FileImport(ApiSchema):
    """``POST /api/admin/import``."""

    base64 = Text(
        required=True,
        metadata={"description": "The file, JSON lines or CSV in any encoding, in base64.", "examples": ["e30K"]},
    )
    kind = Option(list(NAMES), metadata={"description": "What the rows are, if there is no column `kind`."})
    encoding = Option(ENCODINGS, metadata={"description": "By default as the byte-order mark says, or UTF-8."})
    update = Flag(load_default=False, metadata={"description": "Change what is here already to be as in the file."})
    dry_run = Flag(load_default=False, metadata={"description": "Write nothing, and return what would happen."})
    all_or_nothing = Flag(load_default=False, metadata={"description": "Write nothing if a row is refused."})

    @post_load
    def _to_arguments(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        try:
            content = b64decode(data.pop("base64"), validate=True)
        except (NotBase64, ValueError):
            raise ValidationError({"base64": ["Invalid base64-encoded string"]}) from None
        kind = NAMES.get(data.pop("kind", ""))
        return {"content": content, "options": FileOptions(kind, **data)}


class Imported(OutSchema):
    """What became of a file."""

    written = fields.Boolean(required=True, metadata={"description": "Whether anything stays."})
    refused = fields.Integer(required=True, metadata={"description": "How many rows were refused."})
    counts = fields.Dict(
        required=True, metadata={"description": f"By kind of row: how many were {', '.join(Outcome)}."}
    )
    remarks = fields.List(
        fields.Dict(), required=True, metadata={"description": "On each row that was not taken as it is: line, reason."}
    )

    @classmethod
    def serialize(cls, source: Any) -> dict[str, Any]:
        """From a report and remarks."""
        report, remarks = source
        return {
            "written": report.written,
            "refused": report.refused,
            "counts": report.by_kind(),
            "remarks": [asdict(remark) for remark in remarks],
        }
