"""Files and folders that only the service's own user can read, whatever the umask."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from app.settings.base import SECRET_FILE
from app.settings.folders import default_folder
from app.settings.sections import Config
from app.settings.urls import parsed_database_url

APPLY_LOCK, MIGRATION_LOCK = "-apply-lock", "-migration-lock"
"""Suffixes of empty files that are locked instead of an SQLite database."""
BESIDE_DATABASE = ("-wal", "-shm", "-journal", APPLY_LOCK, MIGRATION_LOCK)
"""Suffixes of the files beside an SQLite database, which have its mode."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_folder(folder: Path) -> None:
    """Create a folder and its missing parents with mode 0700. Existing ones stay as they are."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def make_file(file: Path) -> None:
    """Create an empty file with mode 0600. If it exists or cannot be created, do nothing: its user gets the error."""
    with suppress(OSError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def sqlite_file(name: str) -> Path | None:
    """Return the file that SQLite creates for a name, which may be a ``file:`` URI; None if it creates none."""
    if not name.startswith("file:"):
        return Path(name)
    uri = urlsplit(name)
    return None if "mode=" in uri.query else Path(unquote(uri.path))


def protect(config: Config) -> list[Path]:
    """
    Deny other users access to the SQLite database, the generated secret and the default data folder.

    Other folders are left alone: they may be shared on purpose, and the files in them are protected.

    :returns: the paths that others can still read, because they belong to another user
    """
    return [file for file in private_files(config) if not _is_closed(file)]


def private_files(config: Config) -> list[Path]:
    """Return the files and folders that ``protect`` closes, whether they exist or not."""
    instance, database = Path(config.instance_path), database_file(config)
    files = [instance / SECRET_FILE]
    if database:
        files += [database, *(database.with_name(database.name + end) for end in BESIDE_DATABASE)]
        if instance == database.parent == default_folder(os.environ):
            files.append(instance)
    return files


def database_file(config: Config) -> Path | None:
    """Return the file of the SQLite database; None if it has none, or if it is another database."""
    url = parsed_database_url(config.sqlalchemy_url)
    file = sqlite_file(url.database or "") if url is not None and url.get_backend_name() == "sqlite" else None
    return file and Path(config.instance_path) / file  # a relative path is relative to this folder


def is_open_to_others(path: Path) -> bool:
    """Return whether users other than its owner may access a path. A missing one is open to no one."""
    try:
        return bool(path.stat().st_mode & OTHERS)
    except OSError:
        return False


def _is_closed(path: Path) -> bool:
    """Return whether others cannot read the path, after removing their permissions if it is ours."""
    try:
        status = path.stat()
    except OSError:
        return True  # missing, or not accessible to us either
    if status.st_mode & OTHERS and status.st_uid == os.geteuid():
        path.chmod(stat.S_IMODE(status.st_mode) & ~OTHERS)
        return True
    return not status.st_mode & OTHERS
