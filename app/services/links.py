"""Links that were sent to somebody: their tokens looked up without letting anybody guess."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Row, Select

from app.db import fetch_one
from app.errors import LinkExpired, NotFound
from app.runtime import runtime
from app.security.links import is_link_token
from app.security.tokens import hash_token

GONE = "This link is no longer valid."


@contextmanager
def counting_misses(token: str, address: str) -> Iterator[None]:
    """
    Around the search for a link's token: whoever tries many that open nothing is refused at once.

    :raises Throttled: too many wrong ones lately from the address
    """
    attempt, throttle = hash_token(token), runtime().link_throttle
    throttle.check(attempt, address)
    try:
        yield
    except LinkExpired:
        raise
    except NotFound:
        throttle.failed(attempt, address)
        raise


def look_up(statement: Select[Any], token: str, *, address: str = "") -> Row[Any]:
    """
    The row that a link's token opens.

    :param statement: takes ``hash_of_token``
    :raises NotFound: nothing
    :raises Throttled: see ``counting_misses``
    """
    with counting_misses(token, address):
        row = fetch_one(statement, hash_of_token=hash_token(token)) if is_link_token(token) else None
        if row is None:
            raise NotFound(GONE)
    return row
