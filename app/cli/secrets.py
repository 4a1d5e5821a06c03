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
    if "env" in source:
        found, place = os.environ.get(source["env"], ""), f"The environment variable {source['env']}"
    else:
        found, place = _first_line(folder / source["file"]), f"The secret in the file {source['file']}"
    if not found:
        raise SecretMissing(place)
    return found


def _first_line(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return first_line(opened)
    except FileNotFoundError:
        return ""
