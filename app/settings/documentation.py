"""
Generates the tables of ``docs/configuration.md``: ``make docs`` or ``python -m app.settings.documentation``.

The text above the marker is written by hand and stays as it is.
"""

import inspect
import re
from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Any

from app.settings.base import NUMBER_MAX, ROOT, variable
from app.settings.sections import Config

PAGE = ROOT / "docs" / "configuration.md"
MARKER = "<!-- Generated from app/settings/sections.py by `make docs`. Do not edit below this line. -->\n"
KINDS = {str: "text", bool: "`true` or `false`", int: "whole number", float: "number"}
DEFAULT_ELSEWHERE = {"instance_path": "[see above](#data-folder)"}
"""Defaults that depend on the machine."""


def tables() -> str:
    """Return a heading, a sentence and a table for each section, in Markdown."""
    return "\n".join(_section(section) for section in _sections())


def updated(page: str) -> str:
    """Return the page with the current tables below its marker."""
    return page.partition(MARKER)[0] + MARKER + "\n" + tables()


def _sections() -> Iterator[type]:
    return (section for section in reversed(Config.__mro__) if inspect.get_annotations(section))


def _section(section: type) -> str:
    title = re.sub(r"(?<=.)[A-Z]", lambda letter: " " + letter[0].lower(), section.__name__)
    intro = (section.__doc__ or "").strip().replace("``", "`")
    names = inspect.get_annotations(section)
    rows = [_row(item) for item in fields(Config) if item.name in names]
    return "\n".join(
        [f"## {title}", "", intro, "", "| variable | default | values | meaning |", "|---|---|---|---|", *rows, ""]
    )


def _row(item: Field[Any]) -> str:
    cells = (f"`{variable(item.name)}`", _default(item), _values(item), item.metadata["text"])
    return f"| {' | '.join(cells)} |"


def _default(item: Field[Any]) -> str:
    if item.name in DEFAULT_ELSEWHERE:
        return DEFAULT_ELSEWHERE[item.name]
    value = str(item.default).lower() if isinstance(item.default, bool) else f"{item.default}"
    return f"`{value.removesuffix('.0')}`" if value else "unset"


def _values(item: Field[Any]) -> str:
    rules = item.metadata
    if rules["choices"]:
        return ", ".join(f"`{choice}`" for choice in rules["choices"])
    kind = KINDS[type(item.default)]
    least, most = rules["least"], rules["most"] if rules["most"] != NUMBER_MAX else None
    if least is not None and most is not None:
        return f"{kind}, {least} to {most}"
    return f"{kind}, at least {least}" if least is not None else kind


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text()))
