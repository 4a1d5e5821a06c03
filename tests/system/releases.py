"""A release of Frontdesk in a folder of its own, and its successor."""

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
    """The current code, copied to a folder where it can be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"))

    def install_next(self, before: str) -> None:
        """Install the next release over this one: another version, and a migration after ``before``."""
        self._replace_version(f'__version__ = "{NEXT_VERSION}"')
        migration = self.folder / "app" / "db" / "alembic" / "versions" / f"{NEXT_REVISION}_next.py"
        migration.write_text(MIGRATION.format(revision=NEXT_REVISION, before=before))

    def break_it(self) -> None:
        """Make the release fail to start."""
        self._replace_version('__version__ = no_such_name("99")')

    def _replace_version(self, line: str) -> None:
        file = self.folder / "app" / "__init__.py"
        lines = file.read_text().splitlines()
        file.write_text("\n".join(line if old.startswith("__version__") else old for old in lines) + "\n")
