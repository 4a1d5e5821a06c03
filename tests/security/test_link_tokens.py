"""Tokens of mailed links."""

from uuid import UUID

import pytest

from app.security.link_tokens import LinkTokens, new_link_token, new_nonce

ID = UUID("018f0000-0000-7000-8000-000000000001")
OTHER = UUID("018f0000-0000-7000-8000-000000000002")
NONCE = "ab" * 16


class TestDerive:
    def test_the_same_things_give_the_same_32_hex_digits(self):
        token = LinkTokens("secret").derive("invitation", ID, NONCE)

        assert LinkTokens("secret").derive("invitation", ID, NONCE) == token
        assert len(token) == 32
        assert int(token, 16) >= 0

    @pytest.mark.parametrize(
        ("secret", "purpose", "identity", "nonce"),
        [
            ("other", "invitation", ID, NONCE),
            ("secret", "password-reset", ID, NONCE),
            ("secret", "invitation", OTHER, NONCE),
            ("secret", "invitation", ID, "cd" * 16),
        ],
        ids=["secret", "purpose", "id", "nonce"],
    )
    def test_whatever_differs_gives_another_token(self, secret, purpose, identity, nonce):
        token = LinkTokens("secret").derive("invitation", ID, NONCE)

        assert LinkTokens(secret).derive(purpose, identity, nonce) != token


def test_nonces_and_tokens_to_copy_do_not_repeat():
    assert len({new_nonce() for _ in range(100)} | {new_link_token() for _ in range(100)}) == 200
