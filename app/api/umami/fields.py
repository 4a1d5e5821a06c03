"""Fields that validate JSON as Umami does, with its texts."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from marshmallow import ValidationError, fields, validate

from app.api.umami import texts
from app.domain.text import unstorable

UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
UUID_VERSIONED = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    r"|00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff",
    re.IGNORECASE,
)
DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
RECORD_MAX_DEPTH = 16
RECORD_MAX_ITEMS = 1000


def utf16_length(text: str) -> int:
    """Return the length as JavaScript counts it: in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


class Length(validate.Length):
    """
    Checks the length in UTF-16 code units, with the error texts of Umami's validator.

    :param pasted: ignore spaces around the text
    """

    def __init__(self, *, pasted: bool = False, **bounds: Any) -> None:
        super().__init__(**bounds)
        self.pasted = pasted

    def __call__(self, value: Any) -> Any:
        length = utf16_length(value.strip() if self.pasted else value)
        if self.min is not None and length < self.min:
            raise ValidationError(texts.too_short(self.min))
        if self.max is not None and length > self.max:
            raise ValidationError(texts.too_long(self.max))
        return value


class _Typed(fields.Field[Any]):
    """A field whose error names the expected and the received type."""

    expects = "string"
    python: type | tuple[type, ...] = str

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.error_messages = {
            **self.error_messages,
            "required": texts.wrong_type(self.expects, "undefined"),
            "null": texts.wrong_type(self.expects, "null"),
        }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, self.python) or (isinstance(value, bool) and self.python is not bool):
            raise ValidationError(texts.wrong_type(self.expects, texts.kind(value)))
        return self.accept(value)

    def accept(self, value: Any) -> Any:
        return value


class Text(_Typed, fields.String):
    """
    A string that every database can store; ``most`` and ``least`` count UTF-16 code units.

    :param pasted: ignore spaces around it; services trim it
    """

    def __init__(
        self, *, most: int | None = None, least: int | None = None, pasted: bool = False, **kwargs: Any
    ) -> None:
        if most is not None or least is not None:
            kwargs["validate"] = Length(min=least, max=most, pasted=pasted)
        super().__init__(**kwargs)

    def accept(self, value: str) -> str:
        if unstorable(value):
            raise ValidationError(texts.UNSTORABLE)
        return value


class Id(_Typed, fields.UUID):
    """A UUID of version 1 to 8, nil or max, in upper or lower case."""

    def accept(self, value: str) -> UUID:
        if not UUID_VERSIONED.fullmatch(value):
            raise ValidationError("Invalid UUID")
        return UUID(value)


class Moment(_Typed, fields.DateTime):
    """A time or a day in ISO 8601, in UTC unless it names an offset."""

    def accept(self, value: str) -> datetime:
        try:
            found = datetime.fromisoformat(value)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError("Invalid ISO datetime") from None


class Option(_Typed, fields.String):
    """One of a few strings; a missing value is an invalid option, too."""

    def __init__(self, options: Sequence[str], **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf(options), **kwargs)
        self.options = tuple(options)
        text = texts.no_option(self.options)
        self.error_messages = {**self.error_messages, "required": text, "null": text}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise ValidationError(texts.no_option(self.options))
        return value


class Flag(_Typed, fields.Boolean):
    """true or false, and no other type."""

    expects = "boolean"
    python = bool


class Number(_Typed, fields.Float):
    """A number between two bounds, both included."""

    expects = "number"
    python = (int, float)

    def __init__(self, *, least: float, most: float, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(min=least, max=most), **kwargs)
        self.least, self.most = least, most

    def accept(self, value: float) -> float:
        if value < self.least:
            raise ValidationError(f"Too small: expected number to be >={self.least}")
        if value > self.most:
            raise ValidationError(f"Too big: expected number to be <={self.most}")
        return value


class Whole(_Typed, fields.Integer):
    """
    An integer.

    :param least: the minimum; None for no minimum
    :param numeric_text: also accept strings, converted as JavaScript's ``Number`` does
    """

    expects = "number"
    python = (int, float)

    def __init__(self, *, least: int | None = 1, numeric_text: bool = False, **kwargs: Any) -> None:
        bounds = validate.Range(min=least, max=texts.MAX_SAFE_INTEGER)
        super().__init__(validate=bounds, **kwargs)
        self.least, self.numeric_text = least, numeric_text

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if self.numeric_text and isinstance(value, str):
            value = javascript_number(value)
            if math.isnan(value):
                raise ValidationError(texts.wrong_type("number", "NaN"))
        return int(super()._deserialize(value, attr, data, **kwargs))

    def accept(self, value: float) -> int:
        if not math.isinf(value) and value != int(value):
            raise ValidationError(texts.wrong_type("int", "number"))
        if self.least is not None and value < self.least:
            raise ValidationError(f"Too small: expected number to be >{self.least - 1}")
        if value > texts.MAX_SAFE_INTEGER:
            raise ValidationError(f"Too big: expected int to be <={texts.MAX_SAFE_INTEGER}")
        if value < -texts.MAX_SAFE_INTEGER:
            raise ValidationError(f"Too small: expected int to be >=-{texts.MAX_SAFE_INTEGER}")
        return int(value)


def javascript_number(text: str) -> float:
    """Return ``Number(text)`` as in JavaScript: empty is 0, ``1e3`` is 1000, ``0x10`` is 16, other text is NaN."""
    text = text.strip()
    if not text:
        return 0
    if not text.isascii():
        return math.nan
    for prefix, base in (("0x", 16), ("0o", 8), ("0b", 2)):
        if text[:2].lower() == prefix:
            try:
                return float(int(text[2:].replace("_", "?"), base))
            except (ValueError, OverflowError):
                return math.nan
    return float(text) if DECIMAL.fullmatch(text) else math.nan


class Part(fields.Nested):
    """A nested object with a schema of its own."""

    def _test_collection(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise ValidationError(texts.wrong_type("object", texts.kind(value)))


class Items(fields.List[Any]):
    """
    A list.

    :param item: the field of an item
    :param most: the greatest length
    :param least: the smallest length
    """

    def __init__(self, item: fields.Field[Any], *, most: int, least: int = 0, **kwargs: Any) -> None:
        super().__init__(item, validate=validate.Length(min=least or None, max=most), **kwargs)
        self.most, self.least = most, least
        self.error_messages = {
            **self.error_messages,
            "required": texts.wrong_type("array", "undefined"),
            "null": texts.wrong_type("array", "null"),
        }

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return super()._deserialize(self.as_sent(value), *args, **kwargs)

    def as_sent(self, value: Any) -> list[Any]:
        """Return a list as it was sent. :raises ValidationError: it is none, or has too few or too many items"""
        if not isinstance(value, list):
            raise ValidationError(texts.wrong_type("array", texts.kind(value)))
        if len(value) < self.least:
            raise ValidationError(texts.too_few(self.least))
        if len(value) > self.most:
            raise ValidationError(texts.too_many(self.most))
        return value


class Record(_Typed, fields.Dict):
    """A JSON object with keys of the client's choice, limited in depth and size."""

    expects = "record"
    python = dict

    def accept(self, value: dict[str, Any]) -> dict[str, Any]:
        self._walk(value, RECORD_MAX_DEPTH, [RECORD_MAX_ITEMS])
        return value

    def _walk(self, value: Any, depth: int, left: list[int]) -> None:
        left[0] -= 1
        if depth < 0 or left[0] < 0:
            raise ValidationError(
                f"Too big: expected record to have <={RECORD_MAX_ITEMS} values, <={RECORD_MAX_DEPTH} levels deep"
            )
        if isinstance(value, str) and unstorable(value):
            raise ValidationError(texts.UNSTORABLE)
        if isinstance(value, int | float) and abs(value) > texts.MAX_SAFE_INTEGER:
            raise ValidationError(f"Too big: expected number to be <={texts.MAX_SAFE_INTEGER}")
        if isinstance(value, dict):
            for key, item in value.items():
                self._walk(key, depth, left)
                self._walk(item, depth - 1, left)
        elif isinstance(value, list):
            for item in value:
                self._walk(item, depth - 1, left)
