"""What Umami does with the tokens of a request, written from the format's description and without our code."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

APP_SECRET = "the app secret of a real Umami 7Kp"


def signing_secret(app_secret: str = APP_SECRET) -> bytes:
    return hashlib.sha512(app_secret.encode()).hexdigest().encode()


def decrypted(token: str, app_secret: str = APP_SECRET) -> str:
    """Return the text in an encrypted token. :raises InvalidTag: it was made with another secret"""
    data = base64.b64decode(token, validate=True)
    salt, iv, tag, sealed = data[:64], data[64:80], data[80:96], data[96:]
    key = hashlib.pbkdf2_hmac("sha512", signing_secret(app_secret), salt, 10_000, 32)
    return AESGCM(key).decrypt(iv, sealed + tag, None).decode()


def verified(jwt: str, app_secret: str = APP_SECRET) -> dict[str, Any]:
    """Return the claims of a JWT. :raises AssertionError: it is not signed with the secret, or has expired"""
    signed, _, signature = jwt.rpartition(".")
    header, claims = (json.loads(_decoded(part)) for part in signed.split("."))
    assert header == {"alg": "HS256", "typ": "JWT"}
    assert hmac.digest(signing_secret(app_secret), signed.encode(), "sha256") == _decoded(signature)
    assert claims.get("exp", time.time() + 1) > time.time()
    return dict(claims)


def claims_of(authorization: str, app_secret: str = APP_SECRET) -> dict[str, Any]:
    """Return what a bearer token says, as Umami reads it."""
    return verified(decrypted(authorization.split(" ")[1], app_secret), app_secret)


def fingerprint(password_hash: str) -> str:
    """Return what a token of Umami 3.2 says about the user's password."""
    return hashlib.sha512(password_hash.encode()).hexdigest()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
