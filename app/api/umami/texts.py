"""The exact texts of Umami's validator."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.domain.errors import InvalidField, TooLong, TooShort, Unit
from app.domain.text import snake_case

MAX_SAFE_INTEGER = 2**53 - 1
UNSTORABLE = "Invalid string: must not contain NUL or unpaired surrogates"
UNITS: dict[Unit, str] = {"characters": "characters", "bytes": "bytes in UTF-8"}


def kind(value: Any) -> str:
    """Return JavaScript's name for the type of a parsed JSON value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    names: dict[type, str] = {str: "string", list: "array", dict: "object"}
    return names.get(type(value), "undefined")


def wrong_type(expected: str, received: str) -> str:
    return f"Invalid input: expected {expected}, received {received}"


class Ruled(str):
    """The text of a rule that services check as well. ``broken`` returns their error, for the name of a field."""

    __slots__ = ("broken",)
    broken: Callable[[str], InvalidField]

    @classmethod
    def of(cls, text: str, broken: Callable[[str], InvalidField]) -> "Ruled":
        ruled = cls(text)
        ruled.broken = broken
        return ruled


def too_short(least: int, unit: Unit = "characters") -> str:
    text = f"Too small: expected string to have >={least} {UNITS[unit]}"
    return Ruled.of(text, lambda field: TooShort(snake_case(field), least, unit))


def too_long(most: int, unit: Unit = "characters") -> str:
    text = f"Too big: expected string to have <={most} {UNITS[unit]}"
    return Ruled.of(text, lambda field: TooLong(snake_case(field), most, unit))


def too_few(least: int) -> str:
    return f"Too small: expected array to have >={least} items"


def too_many(most: int) -> str:
    return f"Too big: expected array to have <={most} items"


def no_option(values: Iterable[str]) -> str:
    return "Invalid option: expected one of " + "|".join(f'"{value}"' for value in values)


def tree(messages: Mapping[str, Any], keys: Mapping[str, str] | None = None) -> dict[str, Any]:
    """
    Return marshmallow's messages as the validator's tree: ``errors`` of the whole, ``properties`` by field.

    :param keys: our names to the API's, if they differ
    """
    whole = messages.get("_schema", [])
    parts = {(keys or {}).get(name, name): _branch(found) for name, found in messages.items() if name != "_schema"}
    return {"errors": list(whole), **({"properties": parts} if parts else {})}


def _branch(found: Any) -> dict[str, Any]:
    if isinstance(found, Mapping):
        if all(isinstance(key, int) for key in found):  # a list: one entry for each index, null if it has no errors
            places = range(max(found) + 1)
            return {"errors": [], "items": [_branch(found[place]) if place in found else None for place in places]}
        return tree(found)
    return {"errors": list(found)}
