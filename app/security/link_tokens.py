"""Tokens of links that are mailed: derived from the server's secret, so that nothing that is stored gives them away."""

import hmac
import re
import secrets
from uuid import UUID

TOKEN_BYTES = 16
NONCE_BYTES = 16
TOKEN = re.compile("[0-9a-f]{32}")
INVITATION, PASSWORD_RESET = "invitations", "reset-password"
"""Where links lead: the first part of the path."""
FOR_INVITATION, FOR_PASSWORD_RESET = "invitation", "password-reset"
"""What tokens are derived for: a link of one kind does not open another."""


def new_nonce() -> str:
    """32 random hex digits: another nonce, another link."""
    return secrets.token_hex(NONCE_BYTES)


def new_link_token() -> str:
    """A token that nobody can derive, in the shape of the others; for links that are shown once."""
    return secrets.token_hex(TOKEN_BYTES)


def is_link_token(token: str) -> bool:
    """Whether it has the shape of one."""
    return TOKEN.fullmatch(token) is not None


def link_to(root: str, place: str, token: str) -> str:
    """The whole link, below the address that people reach the server by."""
    return f"{root.rstrip('/')}/{place}/{token}"


class LinkTokens:
    """Derives the token of a link from what it is for. The database holds its hash and the nonce, neither enough."""

    def __init__(self, secret: str) -> None:
        # A key of its own: the secret also signs share tokens.
        self._key = hmac.digest(secret.encode(), b"frontdesk.links", "sha256")

    def derive(self, purpose: str, id: UUID, nonce: str) -> str:
        """32 hex digits, another for each purpose (``FOR_…``)."""
        message = f"{purpose}\n{id.hex}\n{nonce}".encode()
        return hmac.digest(self._key, message, "sha256")[:TOKEN_BYTES].hex()
