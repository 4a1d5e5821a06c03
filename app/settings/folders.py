"""Where an installation keeps its files unless told otherwise."""

import os
from collections.abc import Mapping
from pathlib import Path

from platformdirs import user_data_path

from app.settings.base import ROOT

SYSTEM_FOLDER = Path("/var/lib/frontdesk")


def default_folder(environ: Mapping[str, str]) -> Path:
    """
    Return the folder for the SQLite database, the generated secret and ``config.py``.

    In a checkout it is ``instance/``. Installed as a package, it is what systemd made for the service
    (``StateDirectory=``), or ``/var/lib/frontdesk`` for root, or the user's data folder; never ``site-packages``.
    """
    if (ROOT / "pyproject.toml").is_file():
        return ROOT / "instance"
    if environ.get("STATE_DIRECTORY"):
        return Path(environ["STATE_DIRECTORY"].partition(":")[0])
    return SYSTEM_FOLDER if os.geteuid() == 0 else user_data_path("frontdesk", appauthor=False)
