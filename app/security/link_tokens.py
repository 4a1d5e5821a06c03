"""Tokens of mailed links. They are derived from the server's secret, so stored data does not reveal them."""

import hmac
import re
import secrets
from uuid import UUID

TOKEN_BYTES = 16
NONCE_BYTES = 16
TOKEN = re.compile("[0-9a-f]{32}")
INVITATION, PASSWORD_RESET = "invitations", "reset-password"
"""The first part of a link's path."""
FOR_INVITATION, FOR_PASSWORD_RESET = "invitation", "password-reset"
"""The purposes that tokens are derived for. A token for one purpose is not valid for another."""


def new_nonce() -> str:
    """32 random hex digits. A new nonce gives a new link."""
    return secrets.token_hex(NONCE_BYTES)


def new_link_token() -> str:
    """A random token in the format of the derived ones, for links that are shown only once."""
    return secrets.token_hex(TOKEN_BYTES)


def is_link_token(token: str) -> bool:
    """Whether the text has the format of a link token."""
    return TOKEN.fullmatch(token) is not None


def link_to(root: str, place: str, token: str) -> str:
    """The full URL of a link, below ``root``, the public URL of the server."""
    return f"{root.rstrip('/')}/{place}/{token}"


class LinkTokens:
    """
    Derives the tokens of links.

    The database holds a token's hash and nonce; neither is enough to compute the token without the secret.
    """

    def __init__(self, secret: str) -> None:
        # Derive a separate key, since the secret also signs share tokens.
        self._key = hmac.digest(secret.encode(), b"frontdesk.links", "sha256")

    def derive(self, purpose: str, id: UUID, nonce: str) -> str:
        """The token, 32 hex digits, for a purpose (``FOR_…``), the id of its row, and the row's nonce."""
        message = f"{purpose}\n{id.hex}\n{nonce}".encode()
        return hmac.digest(self._key, message, "sha256")[:TOKEN_BYTES].hex()
