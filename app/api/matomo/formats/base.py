"""What every format answers with, and what is said in each."""

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
    """A body and what it is."""

    body: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)


class Format(Protocol):
    """Draws what a method returned, or why there is nothing."""

    def success(self) -> Answer:
        """Done, and nothing to tell."""

    def failure(self, text: str) -> Answer:
        """An error, its text escaped for HTML."""

    def result(self, value: Any) -> Answer:
        """
        Whatever a method gave.

        :raises ApiError: the format has no way to say it
        """


def escaped(text: str) -> str:
    """Text for markup; the apostrophe stays as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def as_array(value: Any) -> Any:
    """A dict by the numbers from 0 on as the list that it is to PHP; anything else as it is."""
    if isinstance(value, dict) and (0 in value or not value) and list(value) == list(range(len(value))):
        return list(value.values())
    return value
