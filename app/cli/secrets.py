"""Where secrets come from, other than questions: environment variables and files."""

import os
from collections.abc import Mapping
from pathlib import Path

from app.cli.passwords import first_line
from app.domain.errors import SecretMissing


def read_secret(source: Mapping[str, str], folder: Path) -> str:
    """
    Return the secret at ``{"env": NAME}``, or the first line at ``{"file": PATH}``.

    :param folder: what a relative path is relative to
    :raises SecretMissing: the variable or the file does not exist, or is empty
    """
    found = os.environ.get(source["env"], "") if "env" in source else _first_line(folder / source["file"])
    if not found:
        raise SecretMissing.of(source)
    return found


def _first_line(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return first_line(opened)
    except FileNotFoundError:
        return ""
