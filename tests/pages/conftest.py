"""Pages are opened by the links of invitations."""

from tests.services.invitations.conftest import accept, as_operator, demote, expire, invite, look, with_mail

__all__ = ["accept", "as_operator", "demote", "expire", "invite", "look", "with_mail"]
