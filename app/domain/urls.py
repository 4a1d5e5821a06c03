"""URLs, taken apart."""

from urllib.parse import SplitResult, urlsplit


def parsed_url(text: str) -> SplitResult | None:
    """Return the parts of a URL; None if it is not valid, also because its port is no number."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 (raises an error if it is not a number)
    except ValueError:
        return None
    return parts
