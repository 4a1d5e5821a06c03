"""Opaque tokens for logins, signed ones for shares, and the random codes that people pass on."""

import re
import secrets
import string
from hashlib import sha256
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer

ALPHABET = string.ascii_letters + string.digits
CODE_LENGTH = 16
ACCESS_TOKEN = re.compile("[0-9a-f]{32}")
TOKEN_MAX_LENGTH = 512
"""Longer strings are no token of ours; they are not even hashed."""


def new_token() -> str:
    """256 random bits, for a URL or a header."""
    return secrets.token_urlsafe(32)


def new_access_token() -> str:
    """128 random bits as 32 hex digits: a token for programs, as Matomo's clients know them."""
    return secrets.token_hex(16)


def is_access_token(token: str) -> bool:
    """Whether it has the shape of a token for programs, which no login's token has."""
    return ACCESS_TOKEN.fullmatch(token) is not None


def hash_token(token: str) -> str:
    """What is stored of a token: SHA-256 in hex. Enough, since tokens are random."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def new_code() -> str:
    """16 random letters and digits: an access code or a slug."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def new_access_code() -> str:
    """A team's access code, as Umami spells them."""
    return f"team_{new_code()}"


class ShareTokens:
    """Signs and reads share tokens: each names its share row and expires (W26)."""

    def __init__(self, secret: str, *, hours: float) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="frontdesk.share")
        self._seconds = int(hours * 3600)

    def sign(self, share_id: UUID) -> str:
        return self._serializer.dumps(share_id.hex)

    def read(self, token: str) -> UUID | None:
        """The share that it names; None when forged, broken or expired."""
        if len(token) > TOKEN_MAX_LENGTH:
            return None
        try:
            return UUID(hex=self._serializer.loads(token, max_age=self._seconds))
        except (BadData, ValueError, TypeError, AttributeError):
            return None
