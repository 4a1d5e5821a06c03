"""Parameters as PHP reads them from a query string or a form: ``a=1&b[]=2&c[x]=3``."""

import re
from collections.abc import Iterable
from io import BytesIO
from typing import IO, TypeAlias
from urllib.parse import parse_qsl

from flask import request
from werkzeug.formparser import FormDataParser

from app.api.matomo import texts
from app.api.matomo.errors import ApiError
from app.http.request import body

MOST = 1000
"""Most parameters in one query or body. PHP silently drops the rest; here it is an error."""
MOST_LEVELS = 8
INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
SURROUNDING = " \t\n\r\v"
PASSWORDS = frozenset({"password", "passwordConfirmation"})
"""Parameters that are not trimmed: surrounding space is part of a password."""


class Array(dict[str, "Value"]):
    """An array as in PHP: values by key in the order in which they were sent; ``[]`` takes the next number."""

    __slots__ = ("next",)

    def __init__(self) -> None:
        super().__init__()
        self.next = 0

    def key(self, text: str) -> str:
        """Return the key that a text between brackets means."""
        key = text or str(self.next)
        if INDEX.fullmatch(key):
            self.next = max(self.next, int(key) + 1)
        return key


Value: TypeAlias = str | Array
Parameters: TypeAlias = dict[str, Value]


def of_query(text: str) -> Parameters:
    """
    Return the parameters of a query string.

    :raises ApiError: there are too many, or they are nested too deeply
    """
    if text.count("&") >= MOST:
        raise ApiError(texts.too_many_parameters(MOST), 400)
    return collected(parse_qsl(text, keep_blank_values=True, errors="replace"))


def of_body() -> Parameters:
    """
    Return the parameters of the form in the body; none if the body is not a form.

    :raises ApiError: there are too many, or they are nested too deeply
    """
    kind = request.mimetype
    if request.method != "POST" or not kind.endswith(("/x-www-form-urlencoded", "/form-data")):
        return {}
    data = body()
    if kind.endswith("/form-data"):
        parser = FormDataParser(_in_memory, max_form_parts=MOST)
        _, form, _ = parser.parse(BytesIO(data), "multipart/form-data", len(data), request.mimetype_params)
        return collected(form.items(multi=True))
    return of_query(data.decode("utf-8", "replace"))


def _in_memory(*_args: object, **_kwargs: object) -> IO[bytes]:
    """Return a buffer for an uploaded file. Files are ignored; the limit on the body bounds their size."""
    return BytesIO()


def collected(pairs: Iterable[tuple[str, str]]) -> Parameters:
    """
    Return the parameters that PHP would make of the pairs.

    The last value of a repeated name wins, values are trimmed unless they are passwords, and NULs are removed.

    :raises ApiError: they are nested too deeply
    """
    found: Parameters = {}
    for name, value in pairs:
        if "\0" in value:
            value = value.replace("\0", "")
        if "[" in name:
            _nest(found, name, value)
        elif name:
            found[name] = value if name in PASSWORDS else value.strip(SURROUNDING)
    return found


def _nest(found: Parameters, name: str, value: str) -> None:
    root, _, rest = name.partition("[")
    keys = re.findall(r"\[([^\]]*)\]", f"[{rest}")
    if not root or not keys:
        return  # PHP makes no array of this, and no method has such a parameter
    if len(keys) > MOST_LEVELS:
        raise ApiError(texts.too_deep(MOST_LEVELS), 400)
    place: Value | None = found.get(root)
    if not isinstance(place, Array):
        place = found[root] = Array()
    for text in keys[:-1]:
        key = place.key(text)
        inner = place.get(key)
        if not isinstance(inner, Array):
            inner = place[key] = Array()
        place = inner
    place[place.key(keys[-1])] = value
