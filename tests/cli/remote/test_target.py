"""Which server a command works on, with which key, and how the user learns of it."""

import json
from pathlib import Path

import pytest

from app.cli.remote.target import Target, target_of
from app.settings.base import ConfigError
from tests.cli.conftest import error_of, invoke
from tests.cli.remote.fakes import Answer, answering
from tests.cli.remote.world import KEY

URL = "https://frontdesk.example.com"
OTHER = "https://other.example.com"
PROFILES = f"""
default = "production"

[profiles.production]
server = "{URL}"
api_key = "umami_production"

[profiles.staging]
server = "{OTHER}/staging/"
api_key_file = "staging-key"
timeout = 5
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The user's configuration folder, without profiles."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "frontdesk").mkdir()
    return tmp_path / "frontdesk"


@pytest.fixture
def profiles(home):
    """``profiles(text, mode)``: write the file of profiles."""

    def write(text: str = PROFILES, mode: int = 0o600) -> Path:
        (home / "profiles.toml").write_text(text)
        (home / "profiles.toml").chmod(mode)
        (home / "staging-key").write_text("umami_staging\n")
        (home / "staging-key").chmod(0o600)
        return home / "profiles.toml"

    return write


def chosen(home, environ=None, **options):
    return target_of(options, {"XDG_CONFIG_HOME": str(home.parent), **(environ or {})})


class TestTheServer:
    def test_is_none_by_default(self, home):
        assert chosen(home) is None

    def test_of_an_option_comes_before_all_others(self, home, profiles):
        profiles()

        found = chosen(home, {"FRONTDESK_SERVER": OTHER, "FRONTDESK_PROFILE": "staging"}, server=f"{URL}/")

        assert (found.url, found.chosen_by) == (URL, "--server")

    def test_of_a_named_profile_comes_before_the_environment(self, home, profiles):
        profiles()

        found = chosen(home, {"FRONTDESK_SERVER": URL}, profile="staging")

        assert found == Target(f"{OTHER}/staging", "umami_staging", 5, "--profile")

    def test_of_the_environment_comes_before_profiles(self, home, profiles):
        profiles()

        found = chosen(home, {"FRONTDESK_SERVER": OTHER, "FRONTDESK_PROFILE": "production"})

        assert (found.url, found.chosen_by, found.api_key) == (OTHER, "FRONTDESK_SERVER", None)

    def test_can_be_a_profile_named_in_the_environment(self, home, profiles):
        profiles()

        found = chosen(home, {"FRONTDESK_PROFILE": "staging"})

        assert (found.url, found.chosen_by) == (f"{OTHER}/staging", "the profile staging")

    def test_is_that_of_the_default_profile_otherwise(self, home, profiles):
        profiles()

        assert chosen(home) == Target(URL, "umami_production", 30, "the profile production")

    def test_is_none_with_local(self, home, profiles):
        profiles()

        assert chosen(home, {"FRONTDESK_SERVER": OTHER}, local=True) is None

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "frontdesk.example.com",
            "ftp://host",
            "https://",
            "https://host:port",
            "https://host:99999",
            "https://a b",
        ],
    )
    def test_must_have_an_address(self, home, url):
        with pytest.raises(ConfigError, match="--server is not the address of a server, such as https://"):
            chosen(home, server=url)

    @pytest.mark.parametrize("url", [f"{URL}?x=1", f"{URL}#x", "https://user:secret@host"])
    def test_must_have_an_address_without_more(self, home, url):
        with pytest.raises(ConfigError, match="must not contain a username, a query or a fragment") as refused:
            chosen(home, server=url)

        assert "secret" not in str(refused.value)

    @pytest.mark.parametrize(
        ("url", "unprotected"),
        [
            ("http://frontdesk.example.com", True),
            ("http://192.0.2.7:8000", True),
            (URL, False),
            ("http://localhost:8000", False),
            ("http://127.0.0.1:8000", False),
            ("http://[::1]:8000", False),
        ],
    )
    def test_should_be_reached_by_https(self, home, url, unprotected):
        assert chosen(home, server=url).is_unprotected is unprotected


class TestTheKey:
    def test_of_the_environment_is_for_the_server_of_the_environment(self, home):
        environ = {"FRONTDESK_SERVER": URL, "FRONTDESK_API_KEY": "umami_1"}

        assert chosen(home, environ).api_key == "umami_1"
        assert chosen(home, environ, server=f"{URL}:443/path").api_key == "umami_1"
        assert chosen(home, environ, server=OTHER).api_key is None
        assert chosen(home, environ, server=URL.replace("https", "http")).api_key is None

    def test_of_the_environment_is_for_any_server_if_that_names_none(self, home):
        assert chosen(home, {"FRONTDESK_API_KEY": "umami_1"}, server=OTHER).api_key == "umami_1"

    def test_of_a_profile_is_for_its_server_alone(self, home, profiles):
        profiles()

        assert chosen(home, server=URL).api_key == "umami_production"
        assert chosen(home, server=OTHER).api_key is None
        assert chosen(home, {"FRONTDESK_API_KEY": "umami_1"}).api_key == "umami_1"

    def test_of_a_profile_that_an_option_names_comes_before_the_environment(self, home, profiles):
        profiles()

        assert chosen(home, {"FRONTDESK_API_KEY": "umami_1"}, profile="staging").api_key == "umami_staging"

    def test_can_be_in_a_file(self, home, profiles):
        profiles()
        (home / "key").write_text("umami_2\n")
        (home / "key").chmod(0o600)

        assert chosen(home, server=OTHER, api_key_file=str(home / "key")).api_key == "umami_2"
        assert chosen(home, {"FRONTDESK_API_KEY_FILE": str(home / "key")}, server=OTHER).api_key == "umami_2"

    @pytest.mark.parametrize("key", ["with space", "line\nbreak", "ümlaut", "x" * 256])
    def test_must_be_one(self, home, key):
        with pytest.raises(ConfigError, match="the API key in FRONTDESK_API_KEY is not one") as refused:
            chosen(home, {"FRONTDESK_API_KEY": key}, server=URL)

        assert key not in str(refused.value)

    def test_must_not_be_open_to_others(self, home):
        (home / "key").write_text("umami_2")
        (home / "key").chmod(0o640)

        with pytest.raises(ConfigError, match=f"Other users can read .*Run: chmod 600 {home / 'key'}"):
            chosen(home, server=URL, api_key_file=str(home / "key"))

    def test_must_be_readable(self, home):
        with pytest.raises(ConfigError, match="which should have the API key, cannot be read: No such file"):
            chosen(home, server=URL, api_key_file=str(home / "nothing"))


class TestProfiles:
    def test_with_a_key_must_not_be_open_to_others(self, home, profiles):
        file = profiles(mode=0o644)

        with pytest.raises(ConfigError, match=f"Other users can read {file}, .*Run: chmod 600"):
            chosen(home)

    def test_without_a_key_may_be(self, home, profiles):
        profiles(f'[profiles.a]\nserver = "{URL}"', mode=0o644)

        assert chosen(home, profile="a").api_key is None

    def test_that_do_not_exist_are_named(self, home, profiles):
        file = profiles()

        with pytest.raises(ConfigError) as refused:
            chosen(home, profile="nothing")

        assert str(refused.value) == f"There is no profile nothing in {file}. It has: production, staging."

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("nonsense", "is not valid TOML"),
            ("[profiles.a]", "[profiles.a] in {file} has no server"),
            ("profiles = 7", 'may only have "default" and tables [profiles.NAME]'),
            ("defaults = 'a'", 'may only have "default" and tables [profiles.NAME]'),
            ("profiles.a = 7", "[profiles.a] in {file} is not a table"),
            ("[profiles.a]\nserver = 7", "server of [profiles.a] in {file} must be text"),
            ("[profiles.a]\nserver = 'x'\ntimeout = '7'", "timeout of [profiles.a] in {file} must be a number"),
            ("[profiles.a]\nserver = 'x'\ntimeout = -7", "timeout of [profiles.a] in {file} must be a number"),
            ("[profiles.a]\nserver = 'x'\nkey = '7'", "has key; a profile has server, api_key, api_key_file, timeout"),
            ("[profiles.a]\nserver = 'x'\napi_key = '7'\napi_key_file = '7'", "has both api_key and api_key_file"),
            ("# " + "x" * 1_000_000, "is too large"),
        ],
    )
    def test_must_be_as_described(self, home, profiles, text, said):
        file = profiles(text)

        with pytest.raises(ConfigError) as refused:
            chosen(home)

        assert said.format(file=file) in str(refused.value)

    def test_in_bytes_that_are_no_text_are_refused(self, home, profiles):
        profiles().write_bytes(b"\xff")

        with pytest.raises(ConfigError, match="is not UTF-8"):
            chosen(home)


class TestTimeouts:
    def test_come_from_option_environment_profile(self, home, profiles):
        profiles()

        assert chosen(home, {"FRONTDESK_TIMEOUT": "7"}, profile="staging", timeout=9.0).timeout == 9
        assert chosen(home, {"FRONTDESK_TIMEOUT": "7"}, profile="staging").timeout == 7
        assert chosen(home, profile="staging").timeout == 5

    @pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", "3601"])
    def test_must_be_seconds(self, home, text):
        with pytest.raises(ConfigError, match="FRONTDESK_TIMEOUT must be a number of seconds up to 3600"):
            chosen(home, {"FRONTDESK_TIMEOUT": text}, server=URL)


class TestCommands:
    @pytest.fixture
    def fake(self, home, monkeypatch):
        monkeypatch.setenv("FRONTDESK_API_KEY", KEY)
        with answering(Answer()) as fake:
            yield fake

    @pytest.mark.parametrize("first", [True, False], ids=["before the command", "after it"])
    def test_take_the_options_anywhere(self, fake, first):
        options = ("--server", fake.url)

        done = invoke(None, *options, "users", "list") if first else invoke(None, "users", "list", *options)

        assert (done.exit_code, len(fake.asked)) == (0, 1)

    def test_take_only_one_of_them(self, fake):
        done = invoke(None, "users", "list", "--server", fake.url, "--local")

        assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, "Error: --local and --server cannot be combined.")

    def test_that_are_not_there_for_servers_say_so(self, fake):
        done = invoke(None, "keys", "list", "ada", "--server", fake.url, "--json")

        assert done.exit_code == 2
        message = "frontdesk keys list works only on the server itself. API keys cannot manage keys and tokens."
        assert error_of(done) == {"code": "usage", "message": message, "field": None}
        assert fake.asked == []

    def test_that_are_not_there_for_servers_do_not_touch_the_database_here_by_surprise(self, fake, app, monkeypatch):
        monkeypatch.setenv("FRONTDESK_SERVER", fake.url)

        refused = invoke(app, "purge", "--dry-run")
        here = invoke(app, "purge", "--dry-run", "--local")

        assert refused.exit_code == 2
        assert refused.stderr == (
            "Error: frontdesk purge works only on the server itself. A running server does this by itself. To run it "
            "here, in spite of FRONTDESK_SERVER, add --local.\n"
        )
        assert here.exit_code == 0

    def test_export_no_secrets(self, fake):
        done = invoke(None, "export", "--secrets", "--server", fake.url)

        assert (done.exit_code, fake.asked) == (2, [])
        assert done.stderr.startswith("Error: frontdesk export --secrets works only on the server itself. ")

    def test_about_the_installation_ignore_the_environment(self, fake, app, monkeypatch):
        monkeypatch.setenv("FRONTDESK_SERVER", fake.url)

        done = invoke(app, "db", "current")
        refused = invoke(app, "db", "current", "--server", fake.url)

        assert done.exit_code == 0
        assert refused.exit_code == 2

    def test_name_the_server_before_they_delete_something(self, fake):
        found = {"id": "1", "username": "ada", "role": "user", "createdAt": None, "twoFactorRequired": False}
        fake.answers[0].body = found

        done = invoke(None, "users", "delete", "ada", "--server", fake.url, typed="n\n")

        assert done.exit_code == 1
        assert f"On {fake.url}: Delete ada? [y/N]" in done.stderr
        assert [method for method, *_ in fake.asked] == ["GET"]

    def test_ask_for_a_key_in_a_terminal(self, fake, monkeypatch):
        monkeypatch.delenv("FRONTDESK_API_KEY")

        done = invoke(None, "users", "list", "--server", fake.url, typed="umami_typed\n")

        assert done.exit_code == 0
        assert f"API key for {fake.url}: " in done.stderr
        assert fake.asked[0][2]["Authorization"] == "Bearer umami_typed"

    def test_without_a_key_and_a_terminal_say_where_to_put_it(self, fake, monkeypatch):
        monkeypatch.delenv("FRONTDESK_API_KEY")

        done = invoke(None, "users", "list", "--server", fake.url)

        assert (done.exit_code, done.stderr) == (
            1,
            "Error: No API key: set FRONTDESK_API_KEY, use --api-key-file, or add it to a profile.\n",
        )
        assert fake.asked == []

    def test_warn_if_the_way_is_not_encrypted(self, fake, monkeypatch):
        monkeypatch.setattr("app.cli.remote.target._is_local", lambda _host: False)

        done = invoke(None, "users", "list", "--server", fake.url, "--quiet")

        assert done.exit_code == 0
        assert done.stderr == (
            f"Warning: {fake.url} is not encrypted, so others on the way can read the API key. Use https.\n"
        )

    def test_config_shows_the_server_but_not_the_key(self, fake, profiles, app):
        profiles()

        shown = json.loads(invoke(app, "config", "--json").stdout)
        here = json.loads(invoke(app, "config", "--json", "--local").stdout)

        assert shown == {"server": URL, "chosen_by": "the profile production", "api_key": f"{KEY[:14]}…", "timeout": 30}
        assert "database_url" in here
