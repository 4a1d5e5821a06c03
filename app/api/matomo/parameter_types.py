"""Conversion of parameters to the types that methods declare; an error names the parameter."""

import re
from typing import Any

from app.api.matomo import texts
from app.api.matomo.errors import ApiError
from app.api.matomo.parameters import Value

TRUE, FALSE = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no", ""})
WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
MOST_ITEMS = 5000


def as_is(_name: str, value: Value) -> Value:
    """Return the value unchanged: text, or an ``Array``."""
    return value


def as_text(name: str, value: Value) -> str:
    """:raises ApiError: the value is a list"""
    if not isinstance(value, str):
        raise ApiError(texts.not_text(name), 400)
    return value


def as_bool(name: str, value: Value) -> bool:
    """
    Return True for 1, true and yes; False for 0, false, no and an empty value; case is ignored.

    :raises ApiError: the value is anything else
    """
    text = as_text(name, value).lower()
    if text not in TRUE | FALSE:
        raise ApiError(texts.not_boolean(name), 400)
    return text in TRUE


def as_int(name: str, value: Value) -> int:
    """:raises ApiError: the value is not a whole number"""
    text = as_text(name, value)
    if not WHOLE.fullmatch(text):
        raise ApiError(texts.not_whole(name), 400)
    return int(text)


def as_list(name: str, value: Value) -> list[str]:
    """
    Return the items of an array or a comma-separated list, trimmed and without empty ones.

    :raises ApiError: an item is itself an array, or there are more than ``MOST_ITEMS``
    """
    items: list[Any] = value.split(",") if isinstance(value, str) else list(value.values())
    if len(items) > MOST_ITEMS:
        raise ApiError(texts.too_many_items(name, MOST_ITEMS), 400)
    if not all(isinstance(item, str) for item in items):
        raise ApiError(texts.nested_list(name), 400)
    return [text for text in (item.strip() for item in items) if text]


def no_zero(text: str | None) -> str | None:
    """Return the text, or None if it is empty or ``0``, which PHP takes for empty."""
    return None if text in ("", "0") else text
