"""Files and folders that only the user of the service may read, whatever the umask."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy.engine import make_url

from app.settings.base import ROOT, SECRET_FILE
from app.settings.sections import Config

DEFAULT_FOLDER = ROOT / "instance"
BESIDE_DATABASE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, with the mode that the database has."""
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, for their owner alone. Those that are there stay as they are."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def make_file(file: Path) -> None:
    """Make an empty file for its owner alone. One that is there, or cannot be made, is for its user to deal with."""
    with suppress(OSError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def sqlite_file(name: str) -> Path | None:
    """The file that SQLite makes for a name, which may be a ``file:`` URI; None where it makes none."""
    if not name.startswith("file:"):
        return Path(name)
    uri = urlsplit(name)
    return None if "mode=" in uri.query else Path(unquote(uri.path))


def protect(config: Config) -> list[Path]:
    """
    Close the database of SQLite, the made secret and the folder ``instance/`` to others, where they are ours.

    Other folders are left alone: they may be shared on purpose, and what lies in them is closed.

    :returns: those that stay open, because they belong to another user
    """
    instance = Path(config.instance_path)
    files = [*_database_files(config), instance / SECRET_FILE]
    if instance == DEFAULT_FOLDER and any(file.parent == instance for file in files[:-1]):
        files.append(instance)
    return [file for file in files if not _is_closed(file)]


def _database_files(config: Config) -> list[Path]:
    url = make_url(config.sqlalchemy_url)
    file = sqlite_file(url.database or "") if url.get_backend_name() == "sqlite" else None
    if file is None:
        return []
    file = Path(config.instance_path) / file  # where a relative one lies
    return [file, *(file.with_name(file.name + end) for end in BESIDE_DATABASE)]


def _is_closed(path: Path) -> bool:
    """Whether others cannot read it; closes it where it is ours."""
    try:
        status = path.stat()
    except OSError:
        return True  # not there, or not for us to look at either
    if status.st_mode & OTHERS and status.st_uid == os.geteuid():
        path.chmod(stat.S_IMODE(status.st_mode) & ~OTHERS)
        return True
    return not status.st_mode & OTHERS
