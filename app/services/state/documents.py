"""State files: YAML with the position of each value, validated against the JSON Schema beside this module."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from app.domain.errors import InvalidState

SCHEMA = Path(__file__).with_name("schema.json")
"""The JSON Schema of state files."""
MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 20
MOST_PROBLEMS = 1000
"""How many problems of a file are looked for."""
MOST_SHOWN = 20
"""How many of them are reported at once."""
TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a number",
    "null": "null",
    "object": "a mapping",
    "string": "text",
}
Step = str | int
Route = tuple[Step, ...]
"""How to get to a value: ``("users", 3, "email")``."""
Entry = Mapping[str, Any]
"""What a file says of one thing."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C if available
    """Plain scalars are text, unless YAML 1.2 and 1.1 agree that they are not: ``no`` and ``2030-01-31`` are text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {}


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


@dataclass
class Document:
    """A valid state file. ``problems`` collects what is wrong: line, column (0 for the whole file), message."""

    name: str
    """The file's name, for messages."""
    data: Mapping[str, Any]
    root: yaml.Node
    problems: list[tuple[int, int, str]] = field(default_factory=list)

    def manages(self, section: str) -> bool:
        """Whether the file has this section."""
        return section in self.data

    def entries(self, section: str) -> Iterator[tuple[Route, Entry]]:
        """Yield the entries of a section, and how to get to each."""
        for number, entry in enumerate(self.data.get(section, ())):
            yield (section, number), entry

    def report(self, route: Route | None, message: str) -> None:
        """Note a problem with the value at ``route``, or with the whole file."""
        if self.has_enough_problems:
            return
        place = (0, 0) if route is None else _position(self.root, route)
        self.problems.append((*place, message))

    @property
    def has_enough_problems(self) -> bool:
        """Whether so much is wrong that looking for more would only take time."""
        return len(self.problems) >= MOST_PROBLEMS

    def line(self, route: Route) -> int:
        """Return the line of a value, counted from 1."""
        return _position(self.root, route)[0]

    def require_no_problems(self) -> None:
        """:raises InvalidState: problems were noted"""
        if self.problems:
            places = [(f":{line}:{column}" if line else "", message) for line, column, message in sorted(self.problems)]
            raise InvalidState(_shown([f"{self.name}{place}: {message}" for place, message in places]))


def read_document(content: bytes, name: str) -> Document:
    """
    Parse and validate a state file.

    :param name: the file's name, for messages
    :raises InvalidState: the file breaks the schema, is not YAML, or is too large; each problem says where
    """
    if len(content) > MAX_BYTES:
        raise InvalidState((f"{name}: The file is larger than {MAX_BYTES // 1024**2} MiB.",))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidState((f"{name}:{line}: The file is not valid UTF-8.",)) from None
    root = _composed(text, name)
    document = Document(name, _value(root, name), root)
    for violation in islice(_validator().iter_errors(document.data), MOST_PROBLEMS):
        for route, message in _explained(violation, document.data):
            document.report(route, message)
    document.require_no_problems()
    return document


def _composed(text: str, name: str) -> yaml.Node:
    try:
        _check_shape(text, name)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise InvalidState((f"{name}{place}: This is not valid YAML: {error.problem or error.context}.",)) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InvalidState((f"{name}:{line}: The file contains a control character.",)) from None
    except yaml.YAMLError:
        raise InvalidState((f"{name}: This is not valid YAML.",)) from None
    if not isinstance(root, yaml.MappingNode):
        raise InvalidState((f"{name}:1: The file must be a mapping with users, teams, websites or grants.",))
    return root


def _check_shape(text: str, name: str) -> None:
    """
    Check what would make a small file costly, before anything is built from it.

    :raises InvalidState: for deep nesting, on which the parser's stack would overflow; for aliases, which can make a
        small file huge
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _failure(name, event, "The file is nested too deeply.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            raise _failure(name, event, "Aliases (*name) are not supported; write the value out in each place.")


def _failure(name: str, place: yaml.Node | yaml.Event, message: str) -> InvalidState:
    return InvalidState((f"{name}:{place.start_mark.line + 1}:{place.start_mark.column + 1}: {message}",))


def _value(root: yaml.Node, name: str) -> dict[str, Any]:
    """
    Return the values of a file as Python objects.

    :raises InvalidState: for tags, duplicate keys and NUL
    """

    def value(node: yaml.Node) -> Any:
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if isinstance(node, yaml.SequenceNode) and kind == "seq":
            return [value(item) for item in node.value]
        if isinstance(node, yaml.MappingNode) and kind == "map":
            found: dict[str, Any] = {}
            for key, item in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    raise _failure(name, key, "A key must be text.")
                if key.value in found:
                    raise _failure(name, key, f"The key {_quoted(key.value)} appears twice.")
                found[key.value] = value(item)
            return found
        if isinstance(node, yaml.ScalarNode) and kind in SCALARS:
            if "\0" in node.value:  # PostgreSQL does not take it
                raise _failure(name, node, "The value contains a control character.")
            return SCALARS[kind](node.value)
        raise _failure(name, node, "Tags (!name) are not supported.")

    return dict(value(root))


SCALARS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "bool": lambda text: text.lower() == "true",
    "null": lambda _text: None,
    "int": lambda _text: 0,  # no key takes a number, so only its type matters
}


def _position(root: yaml.Node, route: Sequence[Step]) -> tuple[int, int]:
    """Return line and column of a value, or of its key in a mapping; of the closest parent if it is missing."""
    node = mark_of = root
    for step in route:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = mark_of = node.value[step]
            continue
        pair = next((pair for pair in node.value if pair[0].value == step), None) if _is_mapping(node) else None
        if pair is None:
            break
        mark_of, node = pair
    return mark_of.start_mark.line + 1, mark_of.start_mark.column + 1


def _is_mapping(node: yaml.Node) -> bool:
    return isinstance(node, yaml.MappingNode)


@cache
def _schema() -> dict[str, Any]:
    return dict(json.loads(SCHEMA.read_text()))


@cache
def _validator() -> Any:
    # Masked, because a value may be a secret that was written in the wrong place.
    return jsonschema_rs.validator_for(_schema(), mask="the value")


def _explained(error: Any, data: Any) -> Iterator[tuple[Route, str]]:
    """Yield where a violation of the schema is, and what to say about it."""
    route: Route = tuple(error.instance_path)
    label = next((f"{_quoted(step)}: " for step in reversed(route) if isinstance(step, str)), "")
    match error.kind.name:
        case "additionalProperties":
            known = list(_rule(route).get("properties", ()))
            for key in error.kind.unexpected:
                yield (*route, key), f"Unknown key {_quoted(key)}{nearest(key, known)}"
        case "required":
            yield route, f"The key {_quoted(error.kind.property)} is missing."
        case "enum":
            options = _rule(route)["enum"]
            yield route, f"{label}must be one of {', '.join(options)}{nearest(_at(data, route), options)}"
        case "type" if _rule(route) is _schema()["$defs"]["secret"]:
            yield route, f"{label}Passwords do not belong in this file. Write {{env: NAME}} or {{file: PATH}}."
        case "type":
            types = _rule(route)["type"]
            wanted = " or ".join(TYPES[name] for name in ([types] if isinstance(types, str) else types))
            hint = " (put it in quotes)" if "string" in types and isinstance(_at(data, route), (int, bool)) else ""
            yield route, f"{label}must be {wanted}{hint}."
        case _:
            yield route, f"{label}{error.message}."


def _rule(route: Route) -> dict[str, Any]:
    """Return the part of the schema for a value."""
    rule = _schema()
    for step in route:
        rule = rule["items"] if isinstance(step, int) else rule.get("properties", {}).get(step, rule.get(ADDITIONAL))
        if "$ref" in rule:
            rule = _schema()["$defs"][rule["$ref"].rpartition("/")[2]]
    return rule


ADDITIONAL = "additionalProperties"


def _at(data: Any, route: Route) -> Any:
    for step in route:
        data = data[step]
    return data


def nearest(text: Any, known: Sequence[str]) -> str:
    """Return the end of a message: the known word that is closest to the text, if any is close."""
    lowered = {word.lower(): word for word in known}
    close = get_close_matches(str(text).lower(), lowered, n=1, cutoff=0.5)
    return f"; did you mean {_quoted(lowered[close[0]])}?" if close else "."


def _quoted(text: object) -> str:
    return json.dumps(str(text)[:100], ensure_ascii=False)


def _shown(problems: Sequence[str]) -> tuple[str, ...]:
    left = len(problems) - MOST_SHOWN
    return (*problems[:MOST_SHOWN], *([f"… and {left} more."] if left > 0 else []))
