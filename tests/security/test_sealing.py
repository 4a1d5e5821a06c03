"""Secrets that are stored sealed, and the rotation of the key that seals them."""

import pytest

from app.security.sealing import Sealer

OLD, NEW = "the-old-secret-of-this-server-Zq8kV2mT", "the-new-secret-of-this-server-Xw4pL9rN"


def test_what_is_sealed_opens_in_its_context_only():
    sealer = Sealer([NEW])
    sealed = sealer.seal("JBSWY3DP", context="ada")

    assert "JBSWY3DP" not in sealed
    assert sealer.open(sealed, context="ada") == "JBSWY3DP"
    assert sealer.open(sealed, context="bob") is None


def test_the_same_text_is_sealed_in_another_way_each_time():
    sealer = Sealer([NEW])

    assert sealer.seal("x", context="") != sealer.seal("x", context="")


def test_a_former_secret_still_opens_and_no_longer_seals():
    sealed = Sealer([OLD]).seal("JBSWY3DP", context="ada")
    rotated = Sealer([NEW, OLD])

    assert rotated.open(sealed, context="ada") == "JBSWY3DP"
    assert Sealer([OLD]).open(rotated.seal("x", context="ada"), context="ada") is None
    assert Sealer([NEW]).open(sealed, context="ada") is None


@pytest.mark.parametrize("broken", ["", "x", "AAAA", "not Base64 at all!", "A" * 60, "é"])
def test_what_was_never_sealed_does_not_open(broken):
    assert Sealer([NEW]).open(broken, context="ada") is None


OF_UMAMI = (
    "umami:dd9d8ab0b3c2b3b0f01f3532af73b088ca5a8111fb0996206653f4f1f3322b07:000102030405060708090a0b:"
    "a8cfca5c62b5ad7304772a7d6c02a4e3"
)


def test_what_umami_sealed_opens_with_its_key_only():
    assert Sealer([NEW], umami_key="aa" * 32).open(OF_UMAMI, context="ada") == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert Sealer([NEW], umami_key="ab" * 32).open(OF_UMAMI, context="ada") is None
    assert Sealer([NEW]).open(OF_UMAMI, context="ada") is None


@pytest.mark.parametrize("broken", ["umami:", "umami:x:y:z", "umami:00:00:00", OF_UMAMI[:-2], f"{OF_UMAMI}:00"])
def test_what_umami_never_sealed_does_not_open(broken):
    assert Sealer([NEW], umami_key="aa" * 32).open(broken, context="ada") is None
