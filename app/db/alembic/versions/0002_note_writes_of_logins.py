"""Store when a session last wrote something, so that its next lists include that even if they come from a replica."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("login_session", sa.Column("wrote_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("login_session", "wrote_at")
