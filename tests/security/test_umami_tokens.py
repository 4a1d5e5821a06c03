"""Tokens for Umami, read as Umami reads them."""

from uuid import UUID

import pytest
import redis
from cryptography.exceptions import InvalidTag

from app.domain.errors import Unavailable
from app.domain.shared_views import SharedView
from app.security.umami_tokens import UmamiTokens
from tests.databases import REDIS, redis_version
from tests.gateway import umami

ADA = UUID("0192f0c4-5d1e-7000-8000-0000000000ad")
HASH = "$2b$10$abcdefghijklmnopqrstuuR1yT5o0wEJkJXZ0iU6YpE0FZ0z1u2Wy"
SITE, SHARE = UUID(int=5), UUID(int=6)


@pytest.fixture
def minting():
    return UmamiTokens(umami.APP_SECRET)


def test_the_secret_is_the_one_of_the_published_vector():
    assert umami.signing_secret("spec-secret").startswith(b"6bb2588396135b2a")


def test_a_token_names_the_user_and_the_password_and_ends_soon(minting, clock):
    clock.stop()
    claims = umami.claims_of(f"Bearer {minting.for_user(ADA, 'view-only', HASH)}")
    issued = claims.pop("iat")

    assert claims == {
        "userId": str(ADA),
        "role": "view-only",
        "pwd": umami.fingerprint(HASH),
        "exp": issued + 300,
    }


def test_no_two_tokens_are_encrypted_alike(minting):
    made = [minting.for_user(ADA, "user", HASH) for _ in range(50)]

    assert len({token[128:150] for token in made}) == 50  # the part with the IV


def test_a_token_has_ended_after_five_minutes(minting, clock):
    token = minting.for_user(ADA, "user", HASH)
    clock.turn(minutes=5, seconds=1)

    with pytest.raises(AssertionError):
        umami.claims_of(f"Bearer {token}")


def test_another_secret_cannot_open_it(minting):
    token = minting.for_user(ADA, "user", HASH)

    with pytest.raises(InvalidTag):
        umami.decrypted(token, "another secret")


def test_a_share_token_says_what_umami_writes_into_its_own(minting):
    claims = umami.verified(minting.for_share(SharedView(SHARE, SITE, 1, {"overview": True})))

    assert {name: value for name, value in claims.items() if name not in ("iat", "exp")} == {
        "shareId": str(SHARE),
        "shareType": 1,
        "parameters": {"overview": True},
        "websiteId": str(SITE),
        "type": "share",
    }


class TestRedis:
    @pytest.fixture
    def server(self):
        if redis_version() is None:
            pytest.skip("Redis is not reachable")
        with redis.Redis.from_url(REDIS, decode_responses=True) as found:
            yield found
            for key in found.scan_iter("auth:*"):
                found.delete(key)

    def test_the_token_names_an_entry_that_ends_within_a_minute(self, server):
        minting = UmamiTokens(umami.APP_SECRET, redis_url=REDIS)

        claims = umami.claims_of(f"Bearer {minting.for_user(ADA, 'user', HASH)}")
        entry = server.get(claims["authKey"])

        assert set(claims) == {"authKey", "iat", "exp"}
        assert claims["authKey"].startswith("auth:")
        assert len(claims["authKey"]) == len("auth:") + 32
        assert entry == f'{{"userId":"{ADA}","role":"user","pwd":"{umami.fingerprint(HASH)}"}}'
        assert 0 < server.ttl(claims["authKey"]) <= 60

    def test_without_it_there_is_no_token(self):
        minting = UmamiTokens(umami.APP_SECRET, redis_url="redis://127.0.0.1:1/0")

        with pytest.raises(Unavailable):
            minting.for_user(ADA, "user", HASH)
