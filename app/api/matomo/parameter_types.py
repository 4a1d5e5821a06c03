"""Values of parameters as the types that methods ask for; whatever does not fit is refused with its name."""

import re
from typing import Any

from app.api.matomo import texts
from app.api.matomo.errors import ApiError
from app.api.matomo.parameters import Value

TRUE, FALSE = frozenset({"1", "true", "yes"}), frozenset({"0", "false", "no", ""})
WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
MOST_ITEMS = 5000


def as_is(_name: str, value: Value) -> Value:
    """Whatever came: text, or an ``Array``."""
    return value


def as_text(name: str, value: Value) -> str:
    """:raises ApiError: it is a list"""
    if not isinstance(value, str):
        raise ApiError(texts.not_text(name), 400)
    return value


def as_bool(name: str, value: Value) -> bool:
    """1, true, yes; or 0, false, no and nothing, in any case. :raises ApiError: anything else"""
    text = as_text(name, value).lower()
    if text not in TRUE | FALSE:
        raise ApiError(texts.not_boolean(name), 400)
    return text in TRUE


def as_int(name: str, value: Value) -> int:
    """:raises ApiError: no whole number"""
    text = as_text(name, value)
    if not WHOLE.fullmatch(text):
        raise ApiError(texts.not_whole(name), 400)
    return int(text)


def as_list(name: str, value: Value) -> list[str]:
    """
    The texts of an array, or of a list with commas, trimmed; empty ones do not count.

    :raises ApiError: an array in the array, or more than MOST_ITEMS
    """
    items: list[Any] = value.split(",") if isinstance(value, str) else list(value.values())
    if len(items) > MOST_ITEMS:
        raise ApiError(texts.too_many_items(name, MOST_ITEMS), 400)
    if not all(isinstance(item, str) for item in items):
        raise ApiError(texts.nested_list(name), 400)
    return [text for text in (item.strip() for item in items) if text]


def no_zero(text: str | None) -> str | None:
    """The text, or None where clients mean no value: ``0`` is empty to PHP."""
    return None if text in ("", "0") else text
