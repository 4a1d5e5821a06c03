"""A release of Frontdesk in a folder of its own, and the one after it."""

import shutil
from pathlib import Path

from tests.live import ROOT

NEXT_VERSION, NEXT_REVISION = "99.0.0", "9999"
MIGRATION = '''"""Add what the next release needs."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("team", sa.Column("next_release_note", sa.String(20)))


def downgrade() -> None:
    op.drop_column("team", "next_release_note")
'''


class Release:
    """The code as it is, copied to where it can be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("app", "migrations"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))

    def install_next(self, before: str) -> None:
        """The next release, over this one: another version, and a migration."""
        self._replace_version(f'__version__ = "{NEXT_VERSION}"')
        migration = self.folder / "migrations" / "versions" / f"{NEXT_REVISION}_next.py"
        migration.write_text(MIGRATION.format(revision=NEXT_REVISION, before=before))

    def break_it(self) -> None:
        """A release that does not start."""
        self._replace_version('__version__ = no_such_name("99")')

    def hang(self) -> None:
        """A release that never gets further than its first line."""
        self._replace_version('__version__ = __import__("time").sleep(600)')

    def break_workers(self) -> None:
        """A release whose workers alone do not start; that is said after a second."""
        self._replace("app/replacing.py", "SLOW_SECONDS = 60", "SLOW_SECONDS = 1")
        self._replace("app/wsgi.py", "    app = create_app()", '    raise RuntimeError("no worker today")')

    def repair_workers(self) -> None:
        self._replace("app/wsgi.py", '    raise RuntimeError("no worker today")', "    app = create_app()")

    def forbid_programs(self) -> None:
        """The kernel does not take the program that sends newcomers elsewhere, as where seccomp forbids it."""
        self._replace("app/replacing.py", "SO_ATTACH_REUSEPORT_CBPF = 51", "SO_ATTACH_REUSEPORT_CBPF = 9999")

    def _replace(self, name: str, old: str, new: str) -> None:
        file = self.folder / name
        text = file.read_text()
        assert text.count(old) == 1
        file.write_text(text.replace(old, new))

    def _replace_version(self, line: str) -> None:
        file = self.folder / "app" / "__init__.py"
        lines = file.read_text().splitlines()
        file.write_text("\n".join(line if old.startswith("__version__") else old for old in lines) + "\n")
