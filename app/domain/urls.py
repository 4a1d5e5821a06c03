"""URLs, taken apart."""

from contextlib import suppress
from urllib.parse import SplitResult, urlsplit


def parsed_url(text: str) -> SplitResult | None:
    """Return the parts of a URL; None if it is not valid, which includes a port that no server can have."""
    with suppress(ValueError):
        parts = urlsplit(text)
        if parts.port != 0:
            return parts
    return None
