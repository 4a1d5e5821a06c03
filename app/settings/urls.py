"""Database URLs: with the driver for SQLAlchemy, and with passwords masked."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

MASK = "********"


def parsed_database_url(text: str) -> "URL | None":
    """Return the parts of a database URL; None if it is none."""
    from sqlalchemy.engine import make_url  # takes long, and only commands that use a database need it
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        return None


def masked_url(text: str) -> str:
    """Return a URL with its password masked, also in its query."""
    url = parsed_database_url(text)
    if url is None:
        return MASK
    hidden = {name: "***" for name in url.query if "password" in name.lower()}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def with_driver(url: str) -> str:
    """Return the URL, with psycopg 3 as the driver if it names PostgreSQL."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url
