"""Tokens that Umami accepts, made from the secret that it shares with Frontdesk."""

import hmac
import os
import secrets
import time
from base64 import b64encode, urlsafe_b64encode
from functools import cached_property
from hashlib import pbkdf2_hmac, sha512
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from app.domain.errors import Unavailable
from app.domain.shared_views import SharedView
from app.telemetry.log import log

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from redis import Redis

SALT_BYTES, IV_BYTES, TAG_BYTES, KEY_BYTES = 64, 16, 16, 32
ROUNDS = 10_000
"""Umami's number of rounds of PBKDF2; they take milliseconds, so the key is kept."""
TOKEN_SECONDS = 300
"""Life of a token: longer than a request takes, and than the clocks of two hosts differ."""
REDIS_SECONDS = 60
REDIS_TIMEOUT = 0.5
HEADER = b'{"alg":"HS256","typ":"JWT"}'


class UmamiTokens:
    """
    Mints tokens for single requests. They must not leave the server: the proxy puts them in place of the caller's.

    Umami encrypts the tokens of its users: base64 of salt, IV, tag and AES-256-GCM ciphertext of a JWT. The key of the
    encryption is derived once, with a salt that all tokens of this process have.
    """

    def __init__(self, app_secret: str, *, redis_url: str = "") -> None:
        """
        :param app_secret: Umami's ``APP_SECRET``
        :param redis_url: Umami's ``REDIS_URL``; then the token only names a short-lived entry there, as in Umami
        """
        self._secret = sha512(app_secret.encode()).hexdigest().encode()
        self._redis_url = redis_url

    def for_user(self, user_id: UUID, role: str, password_hash: str) -> str:
        """
        Return a token that makes Umami take the bearer for this user.

        :param password_hash: as stored; from Umami 3.2 on, tokens end when it changes
        :raises Unavailable: Umami's Redis cannot be reached
        """
        claims = {"userId": str(user_id), "role": role, "pwd": sha512(password_hash.encode()).hexdigest()}
        return self._encrypted(self._signed(self._stored(claims) if self._redis_url else claims))

    def for_share(self, view: SharedView) -> str:
        """Return a token with which Umami shows what a public link shows. It is signed, not encrypted."""
        return self._signed({**view.in_umami(), "type": "share"}).decode()

    @cached_property
    def _cipher(self) -> "tuple[bytes, AESGCM]":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # at first use, because most commands need none

        salt = os.urandom(SALT_BYTES)
        return salt, AESGCM(pbkdf2_hmac("sha512", self._secret, salt, ROUNDS, KEY_BYTES))

    @cached_property
    def _redis(self) -> "Redis":
        from redis import Redis

        return Redis.from_url(self._redis_url, socket_timeout=REDIS_TIMEOUT, socket_connect_timeout=REDIS_TIMEOUT)

    def _stored(self, claims: dict[str, str]) -> dict[str, str]:
        from redis import RedisError

        key = f"auth:{secrets.token_hex(16)}"
        try:
            self._redis.set(key, orjson.dumps(claims), ex=REDIS_SECONDS)
        except RedisError as error:
            log.error("Umami's Redis is not reachable", error=type(error).__name__)
            raise Unavailable from error
        return {"authKey": key}

    def _signed(self, claims: dict[str, Any]) -> bytes:
        """A JWT (RFC 7519) with HS256; its key is the text of the secret, not the bytes that it stands for."""
        now = int(time.time())
        payload = orjson.dumps({**claims, "iat": now, "exp": now + TOKEN_SECONDS})
        signed = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in (HEADER, payload))
        signature = urlsafe_b64encode(hmac.digest(self._secret, signed, "sha256")).rstrip(b"=")
        return signed + b"." + signature

    def _encrypted(self, text: bytes) -> str:
        salt, cipher = self._cipher
        iv = os.urandom(IV_BYTES)
        sealed = cipher.encrypt(iv, text, None)
        return b64encode(salt + iv + sealed[-TAG_BYTES:] + sealed[:-TAG_BYTES]).decode()
