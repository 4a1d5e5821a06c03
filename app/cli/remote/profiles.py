"""Profiles: servers and their API keys, in ``frontdesk/profiles.toml`` in the user's configuration folder."""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.cli.passwords import first_line
from app.settings.base import ConfigError

KNOWN = {"server": str, "api_key": str, "api_key_file": str, "timeout": (int, float)}
OTHERS = stat.S_IRWXG | stat.S_IRWXO
TIMEOUT_MAX = 3600.0
FILE_MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Profile:
    """A server under a name."""

    name: str
    server: str
    timeout: float | None
    folder: Path
    _key: str = field(repr=False)
    _key_file: str

    def key(self) -> str | None:
        """Return the API key; None if the profile has none. :raises ConfigError: others can read its file"""
        return private_line(self.folder / self._key_file) if self._key_file else self._key or None


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles of a user."""

    file: Path
    default: str
    found: Mapping[str, Profile]


def read_profiles(environ: Mapping[str, str]) -> Profiles:
    """
    Return the profiles; none if there is no file.

    :raises ConfigError: the file is not as described in docs/remote.md, or has a key and can be read by others
    """
    file = _place(environ)
    try:
        with file.open("rb") as opened:
            mode, content = os.fstat(opened.fileno()).st_mode, opened.read(FILE_MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return Profiles(file, "", {})
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from None
    document = _parsed(file, content)
    default, tables = document.pop("default", ""), document.pop("profiles", {})
    if document or not isinstance(default, str) or not isinstance(tables, dict):
        raise ConfigError(f'{file} may only have "default" and tables [profiles.NAME]')
    found = {name: _profile(file, name, table) for name, table in tables.items()}
    if mode & OTHERS and any(isinstance(table, dict) and table.get("api_key") for table in tables.values()):
        raise ConfigError(f"Other users can read {file}, which has an API key. Run: chmod 600 {file}")
    return Profiles(file, default, found)


def private_line(file: Path) -> str:
    """Return the first line of a file that only its owner can read. :raises ConfigError: others can, or it has none"""
    try:
        with file.open("rb") as opened:
            found = os.fstat(opened.fileno())
            if stat.S_ISREG(found.st_mode) and found.st_mode & OTHERS:
                raise ConfigError(f"Other users can read {file}, which has an API key. Run: chmod 600 {file}")
            return first_line(opened).strip()
    except OSError as error:
        raise ConfigError(f"{file}, which should have the API key, cannot be read: {error.strerror}") from None


def _place(environ: Mapping[str, str]) -> Path:
    """Return where profiles are (XDG Base Directory Specification)."""
    home = environ.get("XDG_CONFIG_HOME", "")
    folder = Path(home) if home.startswith("/") else Path(environ.get("HOME") or Path.home()) / ".config"
    return folder / "frontdesk" / "profiles.toml"


def _parsed(file: Path, content: bytes) -> dict[str, Any]:
    import tomllib  # most users have no profiles

    if len(content) > FILE_MAX_BYTES:
        raise ConfigError(f"{file} is too large")
    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError:
        raise ConfigError(f"{file} is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from None


def _profile(file: Path, name: str, table: Any) -> Profile:
    place = f"[profiles.{name}] in {file}"
    if not isinstance(table, dict):
        raise ConfigError(f"{place} is not a table")
    for key, value in table.items():
        if key not in KNOWN:
            raise ConfigError(f"{place} has {key}; a profile has {', '.join(KNOWN)}")
        if not isinstance(value, KNOWN[key]) or isinstance(value, bool):  # type: ignore[arg-type]
            raise ConfigError(f"{key} of {place} must be {'a number' if key == 'timeout' else 'text'}")
    if not table.get("server"):
        raise ConfigError(f"{place} has no server")
    if table.get("api_key") and table.get("api_key_file"):
        raise ConfigError(f"{place} has both api_key and api_key_file")
    timeout = table.get("timeout")
    if timeout is not None and not 0 < timeout <= TIMEOUT_MAX:
        raise ConfigError(f"timeout of {place} must be a number of seconds up to {TIMEOUT_MAX:g}")
    return Profile(name, table["server"], timeout, file.parent, table.get("api_key", ""), table.get("api_key_file", ""))
