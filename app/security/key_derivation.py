"""Keys for different purposes, derived from the server's secret."""


def derive_key(secret: str, purpose: str) -> bytes:
    """Return 256 bits that only this secret and this purpose yield (HKDF with SHA-256, RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256  # at first use, because most commands need none
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length=32, salt=None, info=f"frontdesk.{purpose}".encode()).derive(secret.encode())
