"""Response formats: a class for each."""

from app.api.matomo.formats.base import TEXT_TYPE, Answer, Format, escaped
from app.api.matomo.formats.json import Json
from app.api.matomo.formats.tables import Table
from app.api.matomo.formats.xml import Xml
from app.api.matomo.parameters import Parameters

__all__ = ["NAMES", "Answer", "Format", "Plain", "escaped", "format_of", "name_of"]

NAMES = ("csv", "json", "tsv", "xml")
DEFAULT = "xml"


class Plain(Xml):
    """Plain text for requests of an unknown format; it is used for errors only."""

    def failure(self, text: str) -> Answer:
        return Answer(f"Error: {text}".encode("utf-8", "replace"), TEXT_TYPE)


def name_of(given: Parameters) -> str:
    """Return the name of the requested format, known or not."""
    name = given.get("format", "")
    return (name.lower() if isinstance(name, str) else "Array") or DEFAULT


def format_of(given: Parameters) -> Format:
    """Return the serializer for the requested format."""
    name = name_of(given)
    if name == "xml":
        return Xml()
    if name == "json":
        return Json(given)
    if name in ("csv", "tsv"):
        return Table(given, "," if name == "csv" else "\t")
    return Plain()
