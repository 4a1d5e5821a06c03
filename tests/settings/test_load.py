"""Sources of settings, and values that are rejected."""

import os
from dataclasses import fields, replace
from pathlib import Path

import pytest

from app.settings import ROOT, Config, ConfigError, load
from app.settings.sections import DAYS_MAX


def refused(environ: dict[str, str], **overrides: object) -> str:
    """The message of the error that loading these settings raises."""
    with pytest.raises(ConfigError) as error:
        load(overrides, environ=environ)
    return str(error.value)


@pytest.fixture
def instance(tmp_path: Path) -> dict[str, str]:
    """An environment with an empty instance folder."""
    return {"FRONTDESK_INSTANCE_PATH": str(tmp_path)}


class TestDefaults:
    def test_without_sources_they_hold(self):
        found = load(environ={})

        own = found.secret_key if (ROOT / "instance" / "secret_key").exists() else ""  # after `make run` in a checkout
        assert found == Config(instance_path=str(ROOT / "instance"), secret_key=own)

    def test_they_are_cautious(self):
        config = Config()

        assert config.is_production
        assert (config.host, config.secret_key, config.admin_password) == ("127.0.0.1", "", "")

    @pytest.mark.parametrize("field", fields(Config), ids=lambda field: field.name)
    def test_every_setting_has_a_sentence(self, field):
        text = field.metadata["text"]

        assert text[0].isupper() or text[0] == "`"
        assert text.endswith(".")


class TestOrder:
    def test_each_source_goes_before_the_one_before(self, instance, tmp_path: Path):
        (tmp_path / "config.py").write_text("PORT = 1001\nWORKERS = 3\nLOGIN_WINDOW = 60\n")
        environ = instance | {"FRONTDESK_PORT": "1002", "FRONTDESK_WORKERS": "4"}

        config = load({"port": 1003}, environ=environ)

        assert (config.port, config.workers, config.login_window, config.bcrypt_cost) == (1003, 4, 60, 10)

    def test_empty_variables_count_as_absent(self, instance):
        assert load(environ=instance | {"FRONTDESK_PORT": ""}).port == 8000

    def test_our_variable_for_the_database_goes_before_everybodys(self, instance):
        environ = instance | {
            "DATABASE_URL": "postgresql://everybody/s",
            "FRONTDESK_DATABASE_URL": "postgresql://our/s",
        }

        assert load(environ=environ).database_url == "postgresql://our/s"

    def test_the_instance_folder_may_be_relative(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(tmp_path)

        assert load(environ={"FRONTDESK_INSTANCE_PATH": "here"}).instance_path == str(tmp_path / "here")


class TestFile:
    def test_names_in_small_letters_are_its_own(self, instance, tmp_path: Path):
        (tmp_path / "config.py").write_text("import os\nhours = 2\n_PRIVATE = 1\nSHARE_TOKEN_HOURS = hours * 3\n")

        assert load(environ=instance).share_token_hours == 6.0

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            ("LOGIN_ATEMPTS = 5", "sets LOGIN_ATEMPTS, which is not a setting"),
            ("PORT = (", "cannot be read: SyntaxError"),
            ("PORT = 1 / 0", "cannot be read: ZeroDivisionError: division by zero"),
        ],
        ids=["misspelt", "broken", "failing"],
    )
    def test_what_is_wrong_in_it_is_told(self, instance, tmp_path: Path, content: str, complaint: str):
        (tmp_path / "config.py").write_text(content)

        assert refused(instance).startswith(f"{tmp_path / 'config.py'} {complaint}")

    @pytest.mark.parametrize(
        ("content", "complaint"),
        [
            ("PORT = None", "FRONTDESK_PORT must be a whole number, not None"),
            ("PORT = 80.5", "FRONTDESK_PORT must be a whole number, not 80.5"),
            ("PORT = True", "FRONTDESK_PORT must be a whole number, not True"),
            ("FORCE_SSL = 1", "FRONTDESK_FORCE_SSL must be true or false, not 1"),
            ("HOST = 8000", "FRONTDESK_HOST must be text, not 8000"),
        ],
    )
    def test_a_value_of_another_type_is_refused(self, instance, tmp_path: Path, content: str, complaint: str):
        (tmp_path / "config.py").write_text(content)

        assert refused(instance) == complaint


class TestValues:
    @pytest.mark.parametrize("text", ["1", "true", "TRUE", "yes", "on", " true "])
    def test_what_is_true(self, instance, text: str):
        assert load(environ=instance | {"FRONTDESK_FORCE_SSL": text}).force_ssl is True

    @pytest.mark.parametrize("text", ["0", "false", "No", "off", " "])
    def test_what_is_false(self, instance, text: str):
        assert load(environ=instance | {"FRONTDESK_UPDATES_DISABLED": text}).updates_disabled is False

    SECRETS = [
        field.name
        for field in fields(Config)
        if field.metadata["secret"] and not field.name.endswith(("_url", "two_factor_key"))
    ]

    @pytest.mark.parametrize("name", SECRETS)
    @pytest.mark.parametrize("ending", ["", "\n", "\r\n"], ids=["", "line", "line of Windows"])
    def test_a_secret_keeps_its_spaces_and_loses_the_end_of_its_line(self, instance, name: str, ending: str):
        environ = instance | {
            f"FRONTDESK_{name.upper()}": f"  two words  {ending}",
            "FRONTDESK_MAIL_USERNAME": "mailer",
            "FRONTDESK_TRUSTED_PROXIES": "1",
        }

        assert getattr(load(environ=environ), name) == "  two words  "

    def test_so_does_one_of_the_file(self, instance, tmp_path: Path):
        (tmp_path / "config.py").write_text("MAIL_USERNAME = 'mailer'\nMAIL_PASSWORD = ' two words '\n")

        assert load(environ=instance).mail_password == " two words "

    @pytest.mark.parametrize(
        ("name", "url"),
        [
            ("DATABASE_URL", "postgresql://host/name"),
            ("REPLICA_URL", "postgresql://host/name"),
            ("REDIS_URL", "redis://host"),
        ],
    )
    def test_a_url_does_not(self, instance, name: str, url: str):
        assert getattr(load(environ=instance | {f"FRONTDESK_{name}": f" {url}\n"}), name.lower()) == url

    def test_a_service_of_kubernetes_is_not_taken_for_a_port(self, instance):
        assert load(environ=instance | {"FRONTDESK_PORT": "tcp://10.0.0.1:8000"}).port == 8000

    @pytest.mark.parametrize(
        ("name", "text", "complaint"),
        [
            ("ENVIRONMENT", "test", "must be production or development, not 'test'"),
            ("LOG_LEVEL", "loud", "must be debug or info or warning or error, not 'loud'"),
            ("WORKERS", "several", "must be a whole number, not 'several'"),
            ("WORKERS", "1.5", "must be a whole number, not '1.5'"),
            ("WORKERS", "0", "must be 1 or more"),
            ("SESSION_DAYS", "soon", "must be a number, not 'soon'"),
            ("SESSION_DAYS", "0", "must be 0.01 or more"),
            ("SESSION_DAYS", "nan", "must be 0.01 or more"),
            ("SESSION_DAYS", "inf", f"must be {DAYS_MAX} or less"),
            ("SHARE_TOKEN_HOURS", "1e9", f"must be {24 * DAYS_MAX} or less"),
            ("BCRYPT_COST", "3", "must be 4 or more"),
            ("BCRYPT_COST", "17", "must be 16 or less"),
            ("PORT", "65536", "must be 65535 or less"),
            ("WORKERS", "99999999999", "must be 2147483647 or less"),
            ("STATEMENT_SECONDS", "inf", "must be 1000000 or less"),
            ("FORCE_SSL", "perhaps", "must be true or false, not 'perhaps'"),
        ],
        ids=lambda value: value if isinstance(value, str) and " " not in value else "",
    )
    def test_a_bad_one_is_named_with_what_is_accepted(self, instance, name: str, text: str, complaint: str):
        assert refused(instance | {f"FRONTDESK_{name}": text}) == f"FRONTDESK_{name} {complaint}"

    @pytest.mark.parametrize(
        ("name", "text", "complaint"),
        [
            ("EMAIL_DOMAINS", "corp", "must be domains that an e-mail address can have"),
            ("EMAIL_DOMAINS", "example.com, no such", "must be domains that an e-mail address can have"),
            ("EMAIL_DOMAINS", "example.com; example.org", "must be domains that an e-mail address can have"),
            ("EMAIL_DOMAINS", "10.0.0.1", "must be domains that an e-mail address can have"),
            ("CAPABILITIES", "export:boss", "includes 'export' in 'boss', but the roles are view, write, admin"),
            ("CORS_ORIGINS", "https://a.example/", "must be `*` or origins as browsers send them"),
            ("CORS_ORIGINS", "https://a.example, b.example", "must be `*` or origins as browsers send them"),
            ("CORS_ORIGINS", "https://A.example", "must be `*` or origins as browsers send them"),
            ("CORS_ORIGINS", "https://a.example:443", "must be `*` or origins as browsers send them"),
            ("CORS_ORIGINS", "https://a.example:port", "must be `*` or origins as browsers send them"),
            ("CORS_ORIGINS", "https://a.example https://b.example", "must be `*` or origins as browsers send them"),
            (
                "ALLOWED_FRAME_URLS",
                "https://a.example, https://b.example",
                "must be sources such as https://example.com",
            ),
            ("ALLOWED_FRAME_URLS", "https://a.example;script-src", "must be sources such as https://example.com"),
            ("ALLOWED_FRAME_URLS", "'none'", "must be sources such as https://example.com"),
            ("FAVICON_URL", "javascript:alert(1)", "must be a URL, https://…, or a path, /…"),
            ("LINKS_URL", "links.example", "must be a URL, https://…, or a path, /…"),
            ("PIXELS_URL", "https://a b", "must be a URL, https://…, or a path, /…"),
            ("REDIS_URL", "localhost:6379", "is not a Redis URL"),
            ("REDIS_URL", "redis://cache:port", "is not a Redis URL"),
            ("REDIS_URL", "http://cache", "is not a Redis URL"),
            ("UMAMI_REDIS_URL", "cache:6379", "is not a Redis URL"),
            ("UMAMI_REDIS_URL", "redis://cache", "needs FRONTDESK_UMAMI_APP_SECRET as well"),
            ("UMAMI_APP_SECRET", "secret", "needs FRONTDESK_TRUSTED_PROXIES=1 or more"),
            ("METRICS_TOKEN", "schlüssel", "must consist of ASCII characters"),
            ("PUBLIC_URL", "https://a.example#top", "must be the address at which users reach this server"),
            ("PUBLIC_URL", "https://ada:secret@a.example", "must be the address at which users reach this server"),
            ("TRACKER_SCRIPT_NAME", "a\nb", "must not contain control characters or line breaks"),
            ("HOST", "local\x00host", "must not contain control characters or line breaks"),
        ],
        ids=lambda value: value if isinstance(value, str) and value.isupper() else "",
    )
    def test_what_could_only_fail_later_is_refused_at_the_start(self, instance, name: str, text: str, complaint: str):
        assert refused(instance | {f"FRONTDESK_{name}": text}).startswith(f"FRONTDESK_{name} {complaint}")

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("EMAIL_DOMAINS", "corp.local, @Example.com, xn--bcher-kva.example,"),
            ("CORS_ORIGINS", "https://a.example, http://localhost:3000,http://[::1]:8000, null,"),
            ("CORS_ORIGINS", "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc"),
            (
                "ALLOWED_FRAME_URLS",
                "https://a.example *.b.example:* https: 'self' http://localhost:3000/path * c.example",
            ),
            ("FAVICON_URL", "/favicon.svg"),
            ("LINKS_URL", "https://links.example/x"),
            ("REDIS_URL", "redis://:secret@cache:6379/0"),
            ("REDIS_URL", "unix:///run/redis.sock"),
            ("REDIS_URL", "rediss://cache"),
            ("PUBLIC_URL", "http://[::1]:8000/frontdesk"),
            ("ADMIN_PASSWORD", "tab\tand Größe"),
        ],
    )
    def test_what_works_is_taken(self, instance, name: str, text: str):
        assert getattr(load(environ=instance | {f"FRONTDESK_{name}": text}), name.lower()) == text

    @pytest.mark.parametrize("name", ["FRONTDESK_HOST", "FRONTDESK_SECRET_KEY", "DATABASE_URL", "FRONTDESK_MAIL_HOST"])
    def test_text_that_is_not_utf_8_is_refused_and_not_shown(self, instance, name: str):
        setting = "FRONTDESK_DATABASE_URL" if name == "DATABASE_URL" else name

        assert refused(instance | {name: os.fsdecode(b"private\xff")}) == f"{setting} is not UTF-8"

    def test_so_is_a_secret_in_a_file(self, instance, tmp_path: Path):
        (tmp_path / "secret_key").write_bytes(b"private\xff")

        complaint = refused(instance | {"FRONTDESK_ENVIRONMENT": "development"})

        assert complaint == f"{tmp_path / 'secret_key'} is not UTF-8"

    def test_the_longest_session_that_is_accepted_can_be_opened(self, app, token_of, admin, monkeypatch):
        longest = load({"session_days": float(DAYS_MAX)}, environ={})
        monkeypatch.setitem(app.extensions, "frontdesk", replace(app.extensions["frontdesk"], config=longest))

        assert token_of(admin)


@pytest.mark.parametrize("key", ["a" * 63, "g" * 64, "٣" * 64])  # the last are digits of Arabic
def test_a_key_that_umami_would_not_accept_is_rejected(instance, key: str):
    with pytest.raises(ConfigError, match="FRONTDESK_UMAMI_TWO_FACTOR_KEY must be 64 hexadecimal digits"):
        load(environ=instance | {"FRONTDESK_UMAMI_TWO_FACTOR_KEY": key})
