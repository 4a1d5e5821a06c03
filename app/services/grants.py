"""Direct rights on websites: given, changed, taken away (domain.md, section 3)."""

from uuid import UUID

from sqlalchemy import delete

from app.db import transaction
from app.models import Grant, GrantedCapability


def remove_all_of(user_id: UUID) -> None:
    """Take away all direct rights of a user; for services, which have asked for permission."""
    with transaction() as session:
        session.execute(delete(GrantedCapability).where(GrantedCapability.user_id == user_id))
        session.execute(delete(Grant).where(Grant.user_id == user_id))
