"""Secrets that must be read again, such as those of authenticator apps: sealed before they are stored."""

import base64
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class Sealer:
    """
    Seals with AES-256-GCM under a key that is derived from the server's secret (HKDF, RFC 5869).

    :param secrets: the server's secret, then earlier ones, which still open what they sealed
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._ciphers = [AESGCM(_derived(secret)) for secret in secrets if secret]

    def seal(self, text: str, *, context: str) -> str:
        """
        Return the sealed text, in URL-safe Base64.

        :param context: what the text belongs to, such as an id; it opens only there
        """
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[0].encrypt(nonce, text.encode(), context.encode())
        return base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, *, context: str) -> str | None:
        """Return the text; None if none of the secrets opens it."""
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


def _derived(secret: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=b"frontdesk.sealing").derive(secret.encode())
