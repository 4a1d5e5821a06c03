"""There is no default password, and production needs a secret."""

import pytest

from app.domain.actor import OPERATOR
from app.domain.errors import Invalid
from app.server import worker
from app.services.users.bootstrap import ensure_admin
from app.settings import Config, ConfigError
from app.settings.secret_key import check_secret
from tests.conftest import SECRET
from tests.databases import fresh_database
from tests.live import environment_for, frontdesk

WEAK = {
    "none": "",
    "blanks": " " * 40,
    "a short one": "Zq8-kP2_xV7mTr4w",
    "one letter": "a" * 64,
    "a few letters": "abcabcabc" * 5,
    "change me": "change-me-to-something-long-and-random",
    "change this": "CHANGE_THIS_BEFORE_YOU_GO_LIVE_PLEASE",
    "replace me": "replace-me-with-32-random-characters!",
    "your secret": "your-own-long-key-goes-here-Zq8kP2xV7",
    "an example's": "example-key-Zq8kP2xV7mTr4wLb9nYc3dF6",
    "Umami's sample": "replace-me-with-a-random-string-please",
    "digits in a row": "12345678901234567890123456789012abcdef",
}


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """``environment(secret)`` returns the environment of a production server."""

    def set_secret(secret):
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'production.db'}")
        monkeypatch.setenv("FRONTDESK_INSTANCE_PATH", str(tmp_path))
        monkeypatch.setenv("FRONTDESK_ENVIRONMENT", "production")
        monkeypatch.setenv("FRONTDESK_SECRET_KEY", secret)

    return set_secret


class TestSecret:
    @pytest.mark.parametrize("secret", WEAK.values(), ids=WEAK)
    def test_a_production_start_without_a_real_one_is_refused(self, environment, secret):
        environment(secret)

        with pytest.raises(ConfigError, match=r"^FRONTDESK_SECRET_KEY .*make one with: python3 -c"):
            worker.make()

    def test_the_refusal_does_not_tell_it(self, environment):
        environment("change-me-Zq8kP2")

        with pytest.raises(ConfigError) as refusal:
            worker.make()

        assert "Zq8kP2" not in str(refusal.value)

    @pytest.mark.parametrize("secret", [SECRET, "f3a9c1d2e4b5a6978877665544332211", "Mf9-VtqLz_uJ7yW0aXn2Rk5cGp8hBd1E"])
    def test_a_real_one_will_do(self, secret):
        check_secret(Config(secret_key=secret))

    def test_serving_from_the_command_line_is_refused_as_well(self, tmp_path):
        environment = environment_for(f"sqlite:///{tmp_path / 'production.db'}", tmp_path, secret_key="")

        ended = frontdesk("serve", environment=environment)

        assert ended.returncode != 0
        assert "FRONTDESK_SECRET_KEY is not set" in ended.stderr


class TestFirstAdmin:
    def test_one_made_from_the_environment_logs_in_with_that_password(self, app, log_in):
        with app.app_context():
            first = ensure_admin(OPERATOR, "root", "correct horse")

        assert (first.username, first.password) == ("root", None)
        assert log_in("root", password="correct horse").json["user"]["isAdmin"] is True

    def test_without_a_password_one_is_made_up_and_told(self, app, log_in):
        with app.app_context():
            first = ensure_admin(OPERATOR, "admin")

        assert len(first.password) == 16
        assert log_in("admin", password=first.password).json["user"]["isAdmin"] is True

    @pytest.mark.parametrize("password", ["umami", "admin", "password", "", "frontdesk"])
    def test_nobody_gets_in_with_a_default(self, app, log_in, password):
        with app.app_context():
            ensure_admin(OPERATOR, "admin")

        response = log_in("admin", password=password)

        assert response.status_code == 401

    def test_where_there_is_an_administrator_none_is_made(self, app, admin, log_in):
        with app.app_context():
            made = ensure_admin(OPERATOR, "root", "correct horse")

        assert made is None
        assert log_in("root", password="correct horse").status_code == 401

    def test_a_password_that_breaks_a_rule_makes_nobody(self, app, log_in):
        with app.app_context(), pytest.raises(Invalid, match="at least 8 characters"):
            ensure_admin(OPERATOR, "admin", "umami")

        assert log_in("admin", password="umami").status_code == 401

    def test_setting_up_prints_a_made_up_password_once(self, tmp_path):
        with fresh_database("sqlite", tmp_path) as url:
            environment = environment_for(url, tmp_path, admin_password="")

            first, again = (frontdesk("setup", environment=environment) for _ in range(2))

        assert [first.returncode, again.returncode] == [0, 0]
        assert len(first.stdout.partition("Password (shown only once): ")[2].strip()) == 16
        assert "Password" not in again.stdout + again.stderr
