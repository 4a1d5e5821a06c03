"""Encryption of stored secrets that must be read again, such as those of authenticator apps."""

import base64
import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from app.security.key_derivation import derive_key

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES, TAG_BYTES = 12, 16
OF_UMAMI = "umami:"
"""How a text begins that Umami has encrypted; see ``app.db.adoption.triggers``."""


class Sealer:
    """
    Encrypts with AES-256-GCM and a key that is derived from the server's secret (HKDF, RFC 5869).

    :param secrets: the server's secret, followed by earlier ones, which can still decrypt what they encrypted
    :param umami_key: Umami's key in hex, with which the server decrypts what Umami encrypted
    """

    def __init__(self, secrets: Sequence[str], *, umami_key: str = "") -> None:
        self._secrets, self._umami_key = secrets, umami_key

    @cached_property
    def _ciphers(self) -> "list[AESGCM]":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # at first use, because most commands need none

        return [AESGCM(derive_key(secret, "sealing")) for secret in self._secrets if secret]

    def seal(self, text: str, *, context: str) -> str:
        """
        Return the encrypted text in URL-safe Base64.

        :param context: what the text belongs to, such as an id; decryption needs the same context
        """
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[0].encrypt(nonce, text.encode(), context.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, *, context: str) -> str | None:
        """Return the text; None if none of the secrets can decrypt it in this context."""
        from cryptography.exceptions import InvalidTag

        if sealed.startswith(OF_UMAMI):
            return self._open_of_umami(sealed.removeprefix(OF_UMAMI))
        try:
            data = base64.urlsafe_b64decode(sealed)
        except ValueError:
            return None
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], context.encode()).decode()
            except (InvalidTag, ValueError):
                continue
        return None

    def _open_of_umami(self, sealed: str) -> str | None:
        """Umami stores ciphertext, nonce and tag in hex, separated by colons, and uses its key as it is."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            text, nonce, tag = map(bytes.fromhex, sealed.split(":"))
            if len(nonce) != NONCE_BYTES or len(tag) != TAG_BYTES:
                return None
            return AESGCM(bytes.fromhex(self._umami_key)).decrypt(nonce, text + tag, None).decode()
        except (InvalidTag, ValueError):
            return None
