"""The secret key: generated for development and for the embedded database, and checked before the server starts."""

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
"""Parts of placeholders, long enough that a random hexadecimal key contains none by chance."""
ADVICE = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"


def may_make_secret(environment: str, database_url: str) -> bool:
    """
    Return whether a generated key is good enough. In production with a database of its own it is not: other hosts on
    that database must have the same key.
    """
    return environment == "development" or not database_url


def make_secret(config: Config) -> None:
    """Generate a key and store it in the instance folder, readable only by its owner."""
    file = Path(config.instance_path) / SECRET_FILE
    make_folder(file.parent)
    with suppress(FileExistsError):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(48))


def made_secret(folder: Path) -> str:
    """
    Return the key that ``make_secret`` stored in a folder, or an empty string if there is none.

    :raises ConfigError: the file is not UTF-8
    """
    try:
        return (folder / SECRET_FILE).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except UnicodeDecodeError:
        raise ConfigError(f"{folder / SECRET_FILE} is not UTF-8") from None


def check_secret(config: Config) -> None:
    """
    Reject a secret key that can be guessed.

    :raises ConfigError: the key is missing, too short, or a placeholder from a sample file
    """
    key = config.secret_key
    if not key:
        generated = may_make_secret(config.environment, config.database_url)
        advice = "run frontdesk setup to generate one" if generated else ADVICE
        raise ConfigError(f"FRONTDESK_SECRET_KEY is not set; {advice}")
    if len(key) < MIN_LENGTH or len(set(key)) < MIN_VARIETY:
        raise ConfigError(
            f"FRONTDESK_SECRET_KEY is too short or too simple (use {MIN_LENGTH} random characters); {ADVICE}"
        )
    if any(word in key.lower() for word in PLACEHOLDERS):
        raise ConfigError(f"FRONTDESK_SECRET_KEY looks like a placeholder; {ADVICE}")
