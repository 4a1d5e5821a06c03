"""``format=json``, and JSONP."""

import re
from json import JSONEncoder
from typing import Any

import orjson

from app.api.matomo import texts
from app.api.matomo.errors import ApiError
from app.api.matomo.formats.base import JSON_TYPE, JSONP_TYPE, Answer, as_array
from app.api.matomo.parameters import Parameters

CALLBACK = re.compile(r"[0-9a-zA-Z_.]+")
NEWLINES = re.compile(r"\r\n|[\r\n]")
SUCCESS = {"result": "success", "message": "ok"}


class Json:
    """JSON as PHP writes it: only ASCII, and a backslash before each slash."""

    def __init__(self, given: Parameters) -> None:
        self._callback = next((name for name in map(given.get, ("callback", "jsoncallback")) if name), None)

    def success(self) -> Answer:
        return self._answer(SUCCESS)

    def failure(self, text: str) -> Answer:
        return self._answer({"result": "error", "message": NEWLINES.sub(" ", text)})

    def result(self, value: Any) -> Answer:
        value = as_array(value)
        return self._answer(value if isinstance(value, list | dict) else {"value": value})

    def _answer(self, document: Any) -> Answer:
        body = encoded(document)
        name = self._callback
        if isinstance(name, str) and CALLBACK.fullmatch(name):
            return Answer(b"%s(%s)" % (name.encode(), body), JSONP_TYPE)
        return Answer(body, JSON_TYPE)


def _unknown(_value: object) -> object:
    raise ApiError(texts.UNKNOWN_DATA, 500)


_encode = JSONEncoder(separators=(",", ":"), default=_unknown).encode


def encoded(document: Any) -> bytes:
    """Encode a document. Text outside ASCII needs the slower encoder, which escapes it."""
    try:
        text = orjson.dumps(document)
    except orjson.JSONEncodeError:  # integer keys, unpaired surrogates, unsupported types
        text = _encode(document).encode()
    if not text.isascii():
        text = _encode(document).encode()
    return text.replace(b"/", b"\\/")
