"""The sources of settings: defaults, ``config.py``, the environment, overrides."""

import os
import re
import runpy
from collections.abc import Collection, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from app.domain.text import is_unicode
from app.settings.base import OF_COMMAND_LINE, PREFIX, ConfigError, variable
from app.settings.checks import check
from app.settings.folders import default_folder
from app.settings.secret_key import made_secret, may_make_secret
from app.settings.sections import Config

TRUE, FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off", ""})
KUBERNETES = re.compile(r"_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP|SCTP)(_|$)")
KUBERNETES_ADDRESS = re.compile(r"(tcp|udp|sctp)://")
NO_SETTINGS = {"FRONTDESK_MATOMO_TOKEN", "FRONTDESK_SOAK_SECONDS"}
"""An option of one command, and a variable of our tests."""
KINDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}


def load(overrides: Mapping[str, Any] | None = None, *, environ: Mapping[str, str] | None = None) -> Config:
    """
    Load the settings: defaults, then ``instance/config.py``, then ``FRONTDESK_*``, then ``overrides``.

    :param overrides: values by the name of the setting
    :param environ: environment variables, those of the process by default
    :raises ConfigError: a value has the wrong type, is not allowed, or cannot be read
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    instance = Path(
        (overrides or {}).get("instance_path") or environ.get(f"{PREFIX}INSTANCE_PATH") or default_folder(environ)
    )
    file = instance / "config.py"
    known = {item.name: item for item in fields(Config)}
    if file.is_file():
        values |= _file_values(file, known)
    if environ.get("DATABASE_URL"):
        values["database_url"] = environ["DATABASE_URL"]
    values |= _environment_values(environ, known)
    values |= overrides or {}
    values["instance_path"] = str(instance.absolute())
    if not values.get("secret_key") and may_make_secret(values.get("environment", ""), values.get("database_url", "")):
        values["secret_key"] = made_secret(instance)
    parsed = {
        name: _parsed(name, value, type(known[name].default), is_secret=known[name].metadata["secret"])
        for name, value in values.items()
    }
    config = Config(**parsed)
    check(config)
    return config


def unknown_variables(environ: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """
    Return the variables that look like settings and are none, each with the setting that it probably means.

    Variables of the command line and of our tests are left out, and those that Kubernetes sets in every pod for
    services called "frontdesk" or "frontdesk-…".
    """
    environ = os.environ if environ is None else environ
    known = [item.name.upper() for item in fields(Config)]
    given = [
        name.removeprefix(PREFIX)
        for name, value in sorted(environ.items())
        if name.startswith(PREFIX)
        and name not in (*NO_SETTINGS, *OF_COMMAND_LINE)
        and not KUBERNETES.search(name)
        and not KUBERNETES_ADDRESS.match(value)
    ]
    near = {name: get_close_matches(name, known, n=1) for name in given if name not in known}
    return {PREFIX + name: PREFIX + found[0] if found else None for name, found in near.items()}


def _file_values(file: Path, known: Collection[str]) -> dict[str, Any]:
    """Return the settings in ``config.py``, by name. They are in capitals; it may use other names for itself."""
    try:
        given = runpy.run_path(str(file))
    except Exception as error:  # the file is the operator's code and may raise anything
        raise ConfigError(f"{file} cannot be read: {type(error).__name__}: {error}") from error
    names = [name for name in given if name.isupper() and not name.startswith("_")]
    for name in names:
        if name.lower() not in known:
            raise ConfigError(f"{file} sets {name}, which is not a setting")
    return {name.lower(): given[name] for name in names}


def _environment_values(environ: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    given = {name: environ[PREFIX + name.upper()] for name in known if environ.get(PREFIX + name.upper())}
    if given.get("port", "").startswith("tcp://"):
        del given["port"]  # Kubernetes sets this in every pod if a service is called "frontdesk"
    return given


def _parsed(name: str, value: Any, kind: Any, *, is_secret: bool) -> Any:
    label = variable(name)
    if isinstance(value, Path) and kind is str:
        value = str(value)
    if not isinstance(value, str):
        if type(value) is kind or (kind is float and type(value) is int):
            return kind(value)
        raise ConfigError(f"{label} must be {KINDS[kind]}, not {value!r}")
    if not is_unicode(value):
        raise ConfigError(f"{label} is not UTF-8")
    if is_secret and not name.endswith("_url"):
        return value.removesuffix("\n").removesuffix("\r")  # a password may begin or end with a space
    text = value.strip()
    if kind is bool:
        if text.lower() not in TRUE | FALSE:
            raise ConfigError(f"{label} must be true or false, not {value!r}")
        return text.lower() in TRUE
    try:
        return kind(text)
    except ValueError:
        raise ConfigError(f"{label} must be {KINDS[kind]}, not {value!r}") from None
