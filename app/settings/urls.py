"""URLs of databases: spelt for SQLAlchemy, and shown without passwords."""

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

MASK = "********"


def masked_url(text: str) -> str:
    """A URL without its password, wherever in it that stands."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return MASK
    hidden = {name: "***" for name in url.query if "password" in name.lower()}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def with_driver(url: str) -> str:
    """The URL with psycopg 3 as PostgreSQL's driver, whatever the spelling."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url
