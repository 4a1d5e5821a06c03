"""The interface of the formats, and what they share."""

from dataclasses import dataclass, field
from typing import Any, Protocol

XML_TYPE = "text/xml; charset=utf-8"
JSON_TYPE = "application/json; charset=utf-8"
JSONP_TYPE = "application/javascript; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"
TABLE_TYPE = "application/vnd.ms-excel"


@dataclass(frozen=True, slots=True)
class Answer:
    """A serialized body with its content type and headers."""

    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)


class Format(Protocol):
    """Serializes the result of a method, or an error."""

    def success(self) -> Answer:
        """Serialize the success of a method that returns nothing."""

    def failure(self, text: str) -> Answer:
        """Serialize an error. ``text`` is already escaped for HTML."""

    def result(self, value: Any) -> Answer:
        """
        Serialize what a method returned.

        :raises ApiError: the format cannot represent the value
        """


def escaped(text: str) -> str:
    """Escape text for HTML and XML, except for the apostrophe."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def as_array(value: Any) -> Any:
    """Return a dict whose keys are 0, 1, 2 … as a list, as PHP sees it; anything else unchanged."""
    if isinstance(value, dict) and (0 in value or not value) and list(value) == list(range(len(value))):
        return list(value.values())
    return value
