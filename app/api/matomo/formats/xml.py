"""``format=xml``, the default."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import repeat
from typing import Any

from app.api.matomo import texts
from app.api.matomo.errors import ApiError
from app.api.matomo.formats.base import XML_TYPE, Answer, as_array, escaped

HEAD = '<?xml version="1.0" encoding="utf-8" ?>\n'
NAME = re.compile(
    "[A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]"
    "[-.0-9A-Z_a-z\u00b7\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u037d\u037f-\u1fff\u200c\u200d\u203f\u2040\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]*"
)
"""What XML 1.0 allows in a tag, without the colon: a prefix would have to be declared."""
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 does not allow anywhere, not even escaped."""
Tag = tuple[str, str, str]
FEW = 40
"""The most keys a dict may have to have its tags cached. Larger dicts are maps, whose keys rarely repeat."""


class Xml:
    """Rows in ``<result>``."""

    def success(self) -> Answer:
        return _answer('<result>\n\t<success message="ok" />\n</result>')

    def failure(self, text: str) -> Answer:
        return _answer(f'<result>\n\t<error message="{text}" />\n</result>')

    def result(self, value: Any) -> Answer:
        value = as_array(value)
        if not isinstance(value, list | dict):
            text = _text(value)
            return _answer(f"<result>{text}</result>" if text else "<result />")
        if not value:
            return _answer("<result />")
        out = ["<result>"]
        if isinstance(value, dict) and not any(isinstance(item, list | dict) for item in value.values()):
            value = [value]
        _draw(out, value, "\t")
        out.append("</result>")
        return _answer("\n".join(out))


def _answer(text: str) -> Answer:
    if FORBIDDEN.search(text):
        text = FORBIDDEN.sub("\ufffd", text)
    return Answer((HEAD + text).encode(), XML_TYPE)


def _draw(out: list[str], value: Any, indent: str) -> None:
    """Append the lines of XML for a list or dict."""
    value = as_array(value)
    tags: Iterable[Tag] = repeat((f"{indent}<row>", "</row>", f"{indent}<row/>"))
    if isinstance(value, dict):
        tags, value = _tags(tuple(value), indent), value.values()
    for (opening, closing, empty), item in zip(tags, value, strict=False):
        if isinstance(item, list | dict):
            out.append(opening)
            _draw(out, item, f"{indent}\t")
            out.append(f"{indent}{closing}")
        else:
            text = item if type(item) is str and item.isalnum() else _text(item)
            out.append(f"{opening}{text}{closing}" if text else empty)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return escaped(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return str(value)
    raise ApiError(texts.UNKNOWN_DATA, 500)


def _tags(keys: tuple[Any, ...], indent: str) -> Iterable[Tag]:
    """Return the tags for the keys of a dict."""
    return _known(keys, indent) if len(keys) <= FEW else (_tag(str(key), indent) for key in keys)


@lru_cache(maxsize=512)
def _known(keys: tuple[Any, ...], indent: str) -> list[Tag]:
    """Return the tags of a record; they are cached because all rows of a list have the same keys."""
    return [_tag(str(key), indent) for key in keys]


def _tag(key: str, indent: str) -> Tag:
    """Return the opening tag, the closing tag and the tag for an empty value."""
    if NAME.fullmatch(key):
        return f"{indent}<{key}>", f"</{key}>", f"{indent}<{key} />"
    attribute = escaped(key)
    return f'{indent}<row key="{attribute}">', "</row>", f'{indent}<row key="{attribute}"/>'
