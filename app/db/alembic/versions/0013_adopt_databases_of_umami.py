"""
Create the tables of adoptions, and give our columns in Umami's tables names that no release of Umami uses.

``replay_enabled`` is renamed by Umami 3.2, and ``two_factor_required`` added by 3.3: in a database that both programs
use, these migrations of Umami's must find their own columns unchanged, and no column of ours in their way.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
RENAMED = [
    ("user", "two_factor_required", "second_factor_required"),
    ("team", "two_factor_required", "second_factor_required"),
    ("website", "replay_enabled", "recording_enabled"),
]


def upgrade() -> None:
    op.create_table(
        "adoption",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("umami_release", sa.String(20), nullable=False),
        sa.Column("revision", sa.String(32), nullable=False),
        sa.Column("trigrams_made", sa.Boolean(), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_adoption")),
    )
    op.create_table(
        "adoption_repair",
        sa.Column("adoption_repair_id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(20), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("before", JSON, nullable=True),
        sa.Column("after", JSON, nullable=True),
        sa.PrimaryKeyConstraint("adoption_repair_id", name=op.f("pk_adoption_repair")),
        sa.UniqueConstraint("table_name", "row_id", name=op.f("uq_adoption_repair_table_name_row_id")),
    )
    for table, old, new in RENAMED:
        _rename(table, old, new)


def downgrade() -> None:
    for table, old, new in RENAMED:
        _rename(table, new, old)
    op.drop_table("adoption_repair")
    op.drop_table("adoption")


def _rename(table: str, old: str, new: str) -> None:
    # Alembic would rebuild the table on SQLite, which drops its triggers.
    op.execute(f'ALTER TABLE "{table}" RENAME COLUMN {old} TO {new}')
