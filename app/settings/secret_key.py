"""The key that signs: made for development, and judged before anything is served."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from app.settings.base import SECRET_FILE, ConfigError
from app.settings.files import make_folder
from app.settings.sections import Config

MIN_LENGTH = 32
MIN_VARIETY = 10
PLACEHOLDERS = ("change", "replace", "secret", "placeholder", "example", "your-", "xxxxxxxx", "00000000", "12345678")
"""Long enough that a random key in hexadecimal contains none by chance."""
ADVICE = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def make_secret(config: Config) -> None:
    """Make a key for development and keep it in the instance folder, readable by its owner alone."""
    file = Path(config.instance_path) / SECRET_FILE
    make_folder(file.parent)
    with suppress(FileExistsError):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(48))


def made_secret(folder: Path) -> str:
    """The key that ``make_secret`` keeps in a folder; empty without one. :raises ConfigError: it is no text"""
    try:
        return (folder / SECRET_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise ConfigError(f"{folder / SECRET_FILE} is not UTF-8") from None


def check_secret(config: Config) -> None:
    """
    Refuse to sign with a key that strangers can guess.

    :raises ConfigError: it is missing, short, or a placeholder out of a sample file
    """
    key = config.secret_key
    if not key:
        advice = ADVICE if config.is_production else "frontdesk setup makes one"
        raise ConfigError(f"FRONTDESK_SECRET_KEY is not set; {advice}")
    if len(key) < MIN_LENGTH or len(set(key)) < MIN_VARIETY:
        raise ConfigError(f"FRONTDESK_SECRET_KEY is too short or too plain ({MIN_LENGTH} characters); {ADVICE}")
    if any(word in key.lower() for word in PLACEHOLDERS):
        raise ConfigError(f"FRONTDESK_SECRET_KEY looks like a placeholder; {ADVICE}")
