"""Keys of the audit log's hash chain."""

import hmac
from collections.abc import Sequence
from functools import cached_property

from app.security.key_derivation import derive_key

ID_BYTES = 8


class ChainKeys:
    """
    Makes and checks HMACs with keys that are derived from the server's secret (HKDF, RFC 5869).

    :param secrets: the server's secret, followed by earlier ones, which can still check what they made
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = secrets

    @cached_property
    def _keys(self) -> dict[str, bytes]:
        keys = [derive_key(secret, "audit") for secret in self._secrets if secret]
        return {hmac.digest(key, b"id", "sha256")[:ID_BYTES].hex(): key for key in keys}

    @property
    def current(self) -> str:
        """The id of the key that makes new HMACs."""
        return next(iter(self._keys), "")

    def has(self, key_id: str) -> bool:
        """Return whether the server has the key."""
        return key_id in self._keys

    def mac(self, key_id: str, data: bytes) -> str | None:
        """Return the HMAC-SHA256 in hex; None if the server does not have the key."""
        key = self._keys.get(key_id)
        return None if key is None else hmac.digest(key, data, "sha256").hex()
