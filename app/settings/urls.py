"""Database URLs: with the driver for SQLAlchemy, and with passwords masked."""

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

MASK = "********"


def masked_url(text: str) -> str:
    """Return a URL with its password masked, also in its query."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return MASK
    hidden = {name: "***" for name in url.query if "password" in name.lower()}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def with_driver(url: str) -> str:
    """Return the URL, with psycopg 3 as the driver if it names PostgreSQL."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url
