"""Keys of the audit log's hash chain."""

import hmac
from collections.abc import Sequence

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ID_BYTES = 8


class ChainKeys:
    """
    Makes and checks HMACs with keys that are derived from the server's secret (HKDF, RFC 5869).

    :param secrets: the server's secret, followed by earlier ones, which can still check what they made
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        keys = [HKDF(SHA256(), length=32, salt=None, info=b"frontdesk.audit").derive(s.encode()) for s in secrets if s]
        self._keys = {hmac.digest(key, b"id", "sha256")[:ID_BYTES].hex(): key for key in keys}
        self.current = next(iter(self._keys), "")
        """The id of the key that makes new HMACs."""

    def has(self, key_id: str) -> bool:
        """Return whether the server has the key."""
        return key_id in self._keys

    def mac(self, key_id: str, data: bytes) -> str | None:
        """Return the HMAC-SHA256 in hex; None if the server does not have the key."""
        key = self._keys.get(key_id)
        return None if key is None else hmac.digest(key, data, "sha256").hex()
