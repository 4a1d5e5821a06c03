"""The signing key: created once in development, and always checked."""

import secrets
from pathlib import Path

import pytest

from app.settings import Config, ConfigError, load
from app.settings.secret_key import check_secret, make_secret

DEVELOPMENT = {"FRONTDESK_ENVIRONMENT": "development"}


def judged(key: str, **settings: str) -> str | None:
    """What the check finds wrong with a key; None if it is accepted."""
    try:
        check_secret(Config(secret_key=key, **settings))
    except ConfigError as error:
        return str(error).partition(";")[0]
    return None


class TestMake:
    def test_it_is_kept_for_its_owner_alone(self, tmp_path: Path):
        make_secret(Config(instance_path=str(tmp_path / "new")))

        file = tmp_path / "new" / "secret_key"
        assert file.stat().st_mode & 0o777 == 0o600
        assert judged(file.read_text()) is None

    def test_it_is_made_once(self, tmp_path: Path):
        config = Config(instance_path=str(tmp_path))
        make_secret(config)
        first = (tmp_path / "secret_key").read_text()

        make_secret(config)

        assert (tmp_path / "secret_key").read_text() == first

    def test_development_and_the_embedded_database_use_it(self, tmp_path: Path):
        make_secret(Config(instance_path=str(tmp_path)))
        made, environ = (tmp_path / "secret_key").read_text(), {"FRONTDESK_INSTANCE_PATH": str(tmp_path)}
        shared = {**environ, "DATABASE_URL": "postgresql://db/frontdesk"}

        assert load(environ=environ).secret_key == made
        assert load(environ=shared | DEVELOPMENT).secret_key == made
        assert load(environ=shared).secret_key == ""

    def test_one_that_is_given_goes_before(self, tmp_path: Path):
        make_secret(Config(instance_path=str(tmp_path)))
        environ = DEVELOPMENT | {"FRONTDESK_INSTANCE_PATH": str(tmp_path), "FRONTDESK_SECRET_KEY": "given"}

        assert load(environ=environ).secret_key == "given"


class TestCheck:
    @pytest.mark.parametrize(
        "key",
        [
            "replace-me-with-a-random-string-of-letters",
            "CHANGE_ME_0123456789abcdefghijklmnop",
            "your-very-own-signing-key-goes-here-please",
            "frontdesk-example-key-for-documentation",
            "xxxxxxxxxxxxxxxxabcdefghijklmnopqrstuvw",
            "this-is-my-Secret-key-do-not-tell-anyone",
        ],
    )
    def test_a_placeholder_is_refused(self, key: str):
        assert judged(key) == "FRONTDESK_SECRET_KEY looks like a placeholder"

    @pytest.mark.parametrize("key", ["short", "a" * 64, "abcabcabcabcabcabcabcabcabcabcabcabc"])
    def test_a_short_or_plain_one_is_refused(self, key: str):
        assert judged(key) == "FRONTDESK_SECRET_KEY is too short or too simple (use 32 random characters)"

    @pytest.mark.parametrize("environment", ["production", "development"])
    def test_a_missing_one_is_refused_everywhere(self, environment: str):
        assert judged("", environment=environment) == "FRONTDESK_SECRET_KEY is not set"

    @pytest.mark.parametrize(
        "key",
        [
            secrets.token_urlsafe(48),
            secrets.token_hex(32),
            "00001234c0ffee9abb5e77d1f2e3a4b5c6d7e8f9a0b1c2d3e4f5061728394a5b",
            "correct horse battery staple, and a mule",
        ],
        ids=["urlsafe", "hexadecimal", "with digits in a row", "words"],
    )
    def test_a_random_one_is_accepted(self, key: str):
        assert judged(key) is None
