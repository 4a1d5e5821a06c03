"""How results are written: a class for each format."""

from app.api.matomo.formats.base import TEXT_TYPE, Answer, Format, escaped
from app.api.matomo.formats.json import Json
from app.api.matomo.formats.tables import Table
from app.api.matomo.formats.xml import Xml
from app.api.matomo.parameters import Parameters

__all__ = ["NAMES", "Answer", "Format", "Plain", "escaped", "format_of", "name_of"]

NAMES = ("csv", "json", "tsv", "xml")
DEFAULT = "xml"


class Plain(Xml):
    """Stands in where a format was asked for that there is not: it has errors alone."""

    def failure(self, text: str) -> Answer:
        return Answer(f"Error: {text}".encode("utf-8", "replace"), TEXT_TYPE)


def name_of(given: Parameters) -> str:
    """The format that is asked for, known or not."""
    name = given.get("format", "")
    return (name.lower() if isinstance(name, str) else "Array") or DEFAULT


def format_of(given: Parameters) -> Format:
    """What draws the answer."""
    name = name_of(given)
    if name == "xml":
        return Xml()
    if name == "json":
        return Json(given)
    if name in ("csv", "tsv"):
        return Table(given, "," if name == "csv" else "\t")
    return Plain()
