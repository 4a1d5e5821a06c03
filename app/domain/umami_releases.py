"""What tells the releases of Umami apart, and what all of them begin with."""

from collections.abc import Collection, Mapping

SIGNS = (
    ("3.5", "error_issue", None),
    ("3.4", "api_key", None),
    ("3.3", "two_factor_auth", None),
    ("3.2", "website", "recorder_enabled"),
    ("3.1", "share", "share_type"),
)
"""The newest release first: a table that it added, or a table and its column."""
DEFAULT_PASSWORD = "umami"  # noqa: S105 (the one that every new installation of Umami has)


def release_of(columns: Mapping[str, Collection[str]]) -> str | None:
    """
    Return the oldest release of Umami with these tables, such as ``3.3``; None if there is none from 3.1 on.

    :param columns: the names of the columns, by table
    """
    signs = (
        release for release, table, column in SIGNS if table in columns and (column is None or column in columns[table])
    )
    return next(signs, None)
