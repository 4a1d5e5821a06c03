"""Where settings come from, and what is refused."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from app.settings import ROOT, Config, ConfigError, load
from app.settings.sections import DAYS_MAX


def refused(environ: dict[str, str], **overrides: object) -> str:
    """What the refusal says."""
    with pytest.raises(ConfigError) as error:
        load(overrides, environ=environ)
    return str(error.value)


@pytest.fixture
def instance(tmp_path: Path) -> dict[str, str]:
    """The environment that names an empty instance folder."""
    return {"FRONTDESK_INSTANCE_PATH": str(tmp_path)}


class TestDefaults:
    def test_without_sources_they_hold(self):
        assert load(environ={}) == Config(instance_path=str(ROOT / "instance"))

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
            ("LOGIN_ATEMPTS = 5", "sets LOGIN_ATEMPTS, which is no setting"),
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

    SECRETS = [field.name for field in fields(Config) if field.metadata["secret"] and not field.name.endswith("_url")]

    @pytest.mark.parametrize("name", SECRETS)
    @pytest.mark.parametrize("ending", ["", "\n", "\r\n"], ids=["", "line", "line of Windows"])
    def test_a_secret_keeps_its_spaces_and_loses_the_end_of_its_line(self, instance, name: str, ending: str):
        environ = instance | {
            f"FRONTDESK_{name.upper()}": f"  two words  {ending}",
            "FRONTDESK_MAIL_USERNAME": "mailer",
        }

        assert getattr(load(environ=environ), name) == "  two words  "

    def test_so_does_one_of_the_file(self, instance, tmp_path: Path):
        (tmp_path / "config.py").write_text("MAIL_USERNAME = 'mailer'\nMAIL_PASSWORD = ' two words '\n")

        assert load(environ=instance).mail_password == " two words "

    @pytest.mark.parametrize("name", ["DATABASE_URL", "REPLICA_URL", "REDIS_URL"])
    def test_a_url_does_not(self, instance, name: str):
        environ = instance | {f"FRONTDESK_{name}": " postgresql://host/name\n"}

        assert getattr(load(environ=environ), name.lower()) == "postgresql://host/name"

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
            ("FORCE_SSL", "perhaps", "must be true or false, not 'perhaps'"),
        ],
        ids=lambda value: value if isinstance(value, str) and " " not in value else "",
    )
    def test_a_bad_one_is_named_with_what_is_accepted(self, instance, name: str, text: str, complaint: str):
        assert refused(instance | {f"FRONTDESK_{name}": text}) == f"FRONTDESK_{name} {complaint}"

    def test_the_longest_session_that_is_accepted_can_be_opened(self, app, token_of, admin, monkeypatch):
        longest = load({"session_days": float(DAYS_MAX)}, environ={})
        monkeypatch.setitem(app.extensions, "frontdesk", replace(app.extensions["frontdesk"], config=longest))

        assert token_of(admin)
