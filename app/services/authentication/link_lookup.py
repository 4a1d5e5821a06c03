"""Looking up the tokens of invitation and reset links, with a limit on guesses."""

from typing import Any

from app.db.reads import fetch_one
from app.db.sql.query import Query, T
from app.domain.errors import LinkGone
from app.runtime import runtime
from app.security.link_tokens import is_link_token
from app.security.tokens import hash_token


def look_up(query: Query[T], token: str, *, address: str = "", **values: Any) -> T:
    """
    Return the row for a link's token.

    :param query: takes ``hash_of_token`` and ``values``
    :param address: the visitor's address, by which wrong links are counted
    :raises LinkGone: there is no such link
    :raises Throttled: too many wrong links lately from this address
    """
    with runtime().throttles.links.guessing("", address, wrong=LinkGone):
        row = fetch_one(query, hash_of_token=hash_token(token), **values) if is_link_token(token) else None
        if row is None:
            raise LinkGone
    return row
