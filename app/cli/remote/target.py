"""Which server a command works on: one that options, the environment or a profile name, or none but the one here."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from app.cli.remote.profiles import TIMEOUT_MAX, Profile, private_line, read_profiles
from app.settings.base import API_KEY, API_KEY_FILE, PROFILE, SERVER, TIMEOUT, ConfigError

OPTIONS, CLIENT = "frontdesk.server-options", "frontdesk.client"
DEFAULT_TIMEOUT = 30.0
KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEY_SHOWN = 14
PORTS = {"http": 80, "https": 443}
OPTION_TEXTS: dict[str, dict[str, Any]] = {
    "--timeout": {"type": click.FloatRange(0.1, TIMEOUT_MAX), "help": "Seconds that one request may take."},
    "--api-key-file": {"metavar": "FILE", "help": "The file with the API key."},
    "--local": {"is_flag": True, "help": "Work on the database here; ignore the environment and profiles."},
    "--profile": {"metavar": "NAME", "help": "Work on the server of this profile."},
    "--server": {"metavar": "URL", "help": "Work on this server, with an API key, not on the database here."},
}


@dataclass(frozen=True, slots=True)
class Target:
    """A server, and how to call it."""

    url: str
    api_key: str | None = field(repr=False)
    timeout: float
    """How long one request may take, in seconds."""
    chosen_by: str
    """What names it: an option, a variable or a profile."""

    @property
    def is_unprotected(self) -> bool:
        """Whether others on the way to the server can read the API key."""
        parts = urlsplit(self.url)
        return parts.scheme == "http" and not _is_local(parts.hostname or "")

    def shown(self) -> dict[str, Any]:
        """Return all of it, but of the API key only the first characters, as ``frontdesk keys list`` does."""
        key = None if self.api_key is None else f"{self.api_key[:KEY_SHOWN]}…"
        return {"server": self.url, "chosen_by": self.chosen_by, "api_key": key, "timeout": self.timeout}


def server_options(command: Callable[..., Any], *, hidden: bool = False) -> Callable[..., Any]:
    """Add the options that say on which server a command works. They are evaluated by ``target_of``."""
    for names, given in OPTION_TEXTS.items():
        command = click.option(names, expose_value=False, callback=_keep, hidden=hidden, **given)(command)
    return command


def _keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value is not None and value is not False:
        context.meta.setdefault(OPTIONS, {})[parameter.name] = value


def options_of(context: click.Context) -> dict[str, Any]:
    """Return the options of ``server_options`` that were given, before or after the name of the command."""
    given: dict[str, Any] = context.meta.get(OPTIONS, {})
    return given


def is_remote() -> bool:
    """Return whether the current command works on another server."""
    return client() is not None


def client() -> Any:
    """Return the client with which the current command calls its server; None if it works here."""
    context = click.get_current_context(silent=True)
    return None if context is None else context.meta.get(CLIENT)


def target_in_use() -> Target | None:
    """Return the server that the current command works on; None if it works here."""
    found = client()
    return None if found is None else found.target


def target_of(options: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> Target | None:
    """
    Return the server to work on; None to work here.

    Options come before the environment, and the environment before profiles. A key is used only for the server that it
    is given with: that of a profile for its server, and FRONTDESK_API_KEY for FRONTDESK_SERVER if that is set.

    :raises ConfigError: an address, a profile or a key cannot be used
    """
    places = [name for name in ("local", "server", "profile") if name in options]
    if len(places) > 1:
        raise click.UsageError(f"--{places[0]} and --{places[1]} cannot be combined.")
    if "local" in options:
        return None
    url, chosen_by = options.get("server"), "--server"
    if not places and environ.get(SERVER):
        url, chosen_by = environ[SERVER], SERVER
    profile = _profile(options.get("profile"), environ, needed=url is None)
    if url is None:
        if profile is None:
            return None
        chosen_by = "--profile" if "profile" in options else f"the profile {profile.name}"
        url = profile.server
    checked = checked_url(url, chosen_by)
    return Target(checked, _key(checked, options, environ, profile), _timeout(options, environ, profile), chosen_by)


def _profile(named: str | None, environ: Mapping[str, str], *, needed: bool) -> Profile | None:
    """Return the profile that is named, or the default one. It need not exist unless its server is needed."""
    profiles = read_profiles(environ)
    name = (environ.get(PROFILE) or profiles.default) if named is None else named
    if not name and named is None:
        return None
    found = profiles.found.get(name)
    if found is None and needed:
        known = f"It has: {', '.join(sorted(profiles.found))}." if profiles.found else "It has none."
        raise ConfigError(f"There is no profile {name} in {profiles.file}. {known}")
    return found


def _key(url: str, options: Mapping[str, Any], environ: Mapping[str, str], profile: Profile | None) -> str | None:
    if "api_key_file" in options:
        return checked_key(private_line(Path(options["api_key_file"])), "--api-key-file")
    theirs = profile is not None and origin(profile.server) == origin(url)
    if theirs and profile is not None and options.get("profile") and (key := profile.key()):
        return checked_key(key, f"the profile {profile.name}")
    if not environ.get(SERVER) or origin(environ[SERVER]) == origin(url):
        if environ.get(API_KEY):
            return checked_key(environ[API_KEY], API_KEY)
        if environ.get(API_KEY_FILE):
            return checked_key(private_line(Path(environ[API_KEY_FILE])), API_KEY_FILE)
    if theirs and profile is not None and (key := profile.key()):
        return checked_key(key, f"the profile {profile.name}")
    return None


def _timeout(options: Mapping[str, Any], environ: Mapping[str, str], profile: Profile | None) -> float:
    if "timeout" in options:
        return float(options["timeout"])
    if environ.get(TIMEOUT):
        try:
            seconds = float(environ[TIMEOUT])
        except ValueError:
            seconds = 0
        if not 0 < seconds <= TIMEOUT_MAX:
            raise ConfigError(f"{TIMEOUT} must be a number of seconds up to {TIMEOUT_MAX:g}")
        return seconds
    return profile.timeout if profile is not None and profile.timeout else DEFAULT_TIMEOUT


def checked_url(text: str, source: str) -> str:
    """
    Return the address of a server without a slash at the end.

    :raises ConfigError: it is none, or has what the address of a server does not have
    """
    try:
        parts = urlsplit(text.strip())
        usable = parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not text.isprintable() or len(text.split()) != 1:
        raise ConfigError(f"{source} is not the address of a server, such as https://frontdesk.example.com")
    if parts.username is not None or parts.query or parts.fragment:
        raise ConfigError(f"{source} must not contain a username, a query or a fragment: only https://host/path")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def checked_key(text: str, source: str) -> str:
    """Return an API key. :raises ConfigError: it has characters that no key has"""
    if not KEY.fullmatch(text):
        raise ConfigError(f"the API key in {source} is not one: it is empty, or has spaces or other characters")
    return text


def origin(url: str) -> tuple[str, str, int | None]:
    """Return what tells one server from another: scheme, host and port."""
    try:
        parts = urlsplit(url.strip())
        return parts.scheme, parts.hostname or "", parts.port or PORTS.get(parts.scheme)
    except ValueError:
        return "", url, None


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
