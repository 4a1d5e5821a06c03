"""
Patterns of ``filter_pattern``: the part of regular expressions that cannot keep a worker busy for minutes.

Literal text, ``.``, ``[classes]``, ``\\d \\w \\s`` and other escapes, ``^`` and ``$`` at the ends, ``.*`` and ``.+``
anywhere, ``|`` between whole patterns; without regard to case. What stands between gaps has a fixed length, so the
first place where it fits is always good enough, and nothing is tried twice.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from app.api.matomo import texts
from app.api.matomo.errors import ApiError

MOST_LETTERS = 100
ITEM = re.compile(
    r"""(?P<gap>\.[*+])
    | (?P<or>\|)
    | (?P<any>\.)
    | (?P<escape>\\(?:[dDwWsS]|[^A-Za-z0-9]))
    | (?P<set>\[\^?\]?(?:\\(?:[dDwWsS]|[^A-Za-z0-9])|[^\]\\\[])*\])
    | (?P<literal>[^\\\[\](){}*+?^$|.])""",
    re.VERBOSE | re.DOTALL,
)
OF_OTHER_SETS = re.compile(r"(?<!\\)([&~|])")
"""What could once mean more in Python's sets than in others."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something of a fixed length."""

    form: re.Pattern[str]
    length: int


@dataclass(frozen=True, slots=True)
class Branch:
    """One alternative: pieces with gaps between."""

    pieces: list[Piece]
    from_start: bool
    to_end: bool

    def matches(self, text: str) -> bool:
        place, last = 0, len(self.pieces) - 1
        for number, piece in enumerate(self.pieces):
            if self.to_end and number == last:
                begin = len(text) - piece.length
                fits = begin == 0 if self.from_start and number == 0 else begin >= place
                return fits and piece.form.fullmatch(text, begin) is not None
            first = self.from_start and number == 0
            found = piece.form.match(text) if first else piece.form.search(text, place)
            if found is None:
                return False
            place = found.end()
        return True


def matcher(pattern: str) -> Callable[[str], bool]:
    """
    What tells whether a text has the pattern in it.

    :raises ApiError: a pattern of other kinds, or one that is too long
    """
    if len(pattern) > MOST_LETTERS:
        raise ApiError(texts.bad_pattern(f"it has more than {MOST_LETTERS} characters"), 400)
    try:
        branches = [_branch(items) for items in _alternatives(pattern)]
    except re.error as error:
        raise ApiError(texts.bad_pattern(str(error.msg)), 400) from None
    return lambda text: any(branch.matches(text) for branch in branches)


Items = list[tuple[str, str]]


def _alternatives(pattern: str) -> list[Items]:
    """The items of each alternative, as kind and text."""
    found: list[Items] = [[]]
    place = 0
    while place < len(pattern):
        begins, ends = not found[-1], pattern[place + 1 : place + 2] in ("", "|")
        item = ITEM.match(pattern, place)
        if pattern[place] == "^" and begins:
            found[-1].append(("start", ""))
        elif pattern[place] == "$" and ends:
            found[-1].append(("end", ""))
        elif item is None:
            raise ApiError(texts.bad_pattern(f"there is something at character {place + 1} that is not supported"), 400)
        elif item.lastgroup == "or":
            found.append([])
        else:
            found[-1].append((str(item.lastgroup), item[0]))
        place = item.end() if item else place + 1
    return found


def _branch(items: Items) -> Branch:
    pieces: list[list[str]] = [[]]
    for kind, text in items:
        if kind == "gap":
            pieces[-1] += ["."] if text == ".+" else []
            pieces.append([])
        elif kind not in ("start", "end"):
            pieces[-1].append(_form(kind, text))
    kinds = {kind for kind, _ in items}
    made = [Piece(re.compile("".join(forms), re.IGNORECASE | re.DOTALL), len(forms)) for forms in pieces]
    return Branch(made, "start" in kinds, "end" in kinds)


def _form(kind: str, text: str) -> str:
    """One item as Python writes it."""
    if kind == "literal":
        return re.escape(text)
    if kind == "set":
        if "--" in text:
            raise re.error("a set with two hyphens in a row")
        return OF_OTHER_SETS.sub(r"\\\1", text)
    return text
