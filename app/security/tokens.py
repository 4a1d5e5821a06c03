"""Opaque tokens for sessions and programs, signed tokens for shares, and random codes that users pass on."""

import re
import secrets
import string
from hashlib import sha256, sha512
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer

from app.domain.scopes import KEY_PREFIX

ALPHABET = string.ascii_letters + string.digits
CODE_LENGTH = 16
KEY_LENGTH = 32
KEY_SHOWN = 14
"""So many characters of a key are stored in clear, so that its owner recognizes it."""
ACCESS_TOKEN = re.compile("[0-9a-f]{32}")
TOKEN_MAX_LENGTH = 512
"""Longer strings cannot be our tokens and are not hashed."""


def new_token() -> str:
    """A session token: 256 random bits, in characters that are safe in URLs and headers."""
    return secrets.token_urlsafe(32)


def new_access_token() -> str:
    """An access token: 128 random bits as 32 hex digits, as Matomo's clients expect them."""
    return secrets.token_hex(16)


def is_access_token(token: str) -> bool:
    """Whether the text has the format of an access token, which no session token has."""
    return ACCESS_TOKEN.fullmatch(token) is not None


def new_api_key() -> str:
    """An API key in Umami's format: 32 random letters and digits after a prefix."""
    return KEY_PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(KEY_LENGTH))


def is_api_key(token: str) -> bool:
    """Whether the text claims to be an API key, which no other token does; the prefix alone decides, as in Umami."""
    return token.startswith(KEY_PREFIX)


def hash_api_key(key: str) -> str:
    """The SHA-512 of an API key in hex, as it is stored, and as Umami stores it."""
    return sha512(key.encode("utf-8", "replace")).hexdigest()


def hash_token(token: str) -> str:
    """The SHA-256 of a token in hex, as it is stored. Tokens are random, so a plain hash is safe."""
    return sha256(token.encode("utf-8", "replace")).hexdigest()


def new_code() -> str:
    """16 random letters and digits, for an access code, a slug, or a password that may have to be typed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def new_access_code() -> str:
    """An access code for a team, in Umami's format."""
    return f"team_{new_code()}"


class ShareTokens:
    """Signs and reads share tokens. A token names its share row, so deleting the share revokes it, and it expires."""

    def __init__(self, secret: str, *, hours: float) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="frontdesk.share")
        self._seconds = int(hours * 3600)

    def sign(self, share_id: UUID) -> str:
        return self._serializer.dumps(share_id.hex)

    def read(self, token: str) -> UUID | None:
        """The id of the share that a token names; None if the token is forged, malformed or expired."""
        if len(token) > TOKEN_MAX_LENGTH:
            return None
        try:
            return UUID(hex=self._serializer.loads(token, max_age=self._seconds))
        except (BadData, ValueError, TypeError, AttributeError):
            return None
