"""What ``frontdesk adopt`` has done to a database of Umami's. Both tables are empty in other databases."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import PORTABLE_JSON, Base, utcnow


class Adoption(Base):
    """That the database was made by Umami. There is one row, from the start of the adoption until it is undone."""

    __tablename__ = "adoption"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Always 1, so that there cannot be two rows."""
    umami_release: Mapped[str] = mapped_column(String(20))
    """The release that was recognized last, such as ``3.1``."""
    revision: Mapped[str] = mapped_column(String(32))
    """The migration whose schema the adoption made. There is no way down to earlier ones."""
    trigrams_made: Mapped[bool]
    """Whether the adoption created the extension pg_trgm."""
    began_at: Mapped[datetime] = mapped_column(default=utcnow)
    finished_at: Mapped[datetime | None]
    """When it was complete; null until then, and again while it is being undone."""


class AdoptionRepair(Base):
    """A row of Umami's that broke a rule of ours, before and after it was repaired."""

    __tablename__ = "adoption_repair"
    __table_args__ = (UniqueConstraint("table_name", "row_id"),)

    id: Mapped[int] = mapped_column("adoption_repair_id", primary_key=True)
    table_name: Mapped[str] = mapped_column(String(20))
    row_id: Mapped[UUID]
    before: Mapped[dict[str, Any] | None] = mapped_column(PORTABLE_JSON)
    """Null if the adoption added the row."""
    after: Mapped[dict[str, Any] | None] = mapped_column(PORTABLE_JSON)
    """Null if the adoption deleted the row."""
