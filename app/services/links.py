"""Links that were sent to somebody: their tokens looked up without letting anybody guess."""

from typing import Any

from sqlalchemy import Row, Select

from app.db import fetch_one
from app.errors import NotFound
from app.runtime import runtime
from app.security.links import is_link_token
from app.security.tokens import hash_token

GONE = "This link is no longer valid."


def look_up(statement: Select[Any], token: str, *, address: str = "") -> Row[Any]:
    """
    The row that a link's token opens. Whoever tries many that open nothing, logins included, is refused at once.

    :param statement: takes ``hash_of_token``
    :raises NotFound: nothing
    :raises Throttled: too many wrong ones lately from the address
    """
    hashed, throttle = hash_token(token), runtime().throttle
    attempt = f"link {hashed}"
    throttle.check(attempt, address)
    row = fetch_one(statement, hash_of_token=hashed) if is_link_token(token) else None
    if row is None:
        throttle.failed(attempt, address)
        raise NotFound(GONE)
    return row
