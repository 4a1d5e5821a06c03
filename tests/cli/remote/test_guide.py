"""``docs/remote.md``: its commands, its profiles and its tables."""

import re
import shlex

import pytest

from app.cli.failures import OF_OTHER_SERVERS
from app.cli.remote.limits import NOT_REMOTE
from app.cli.remote.profiles import read_profiles
from app.settings import ROOT
from tests.cli.conftest import invoke
from tests.clients.shell import blocks

GUIDE = "docs/remote.md"
TEXT = (ROOT / GUIDE).read_text()
SHELL, TOML = ([text for kind, text in blocks(GUIDE) if kind == wanted] for wanted in ("sh", "toml"))


def test_the_commands_work_one_after_the_other(at_server, monkeypatch):
    monkeypatch.setenv("FRONTDESK_SERVER", at_server)
    commands = [shlex.split(line, comments=True)[1:] for line in SHELL[1].splitlines() if line.startswith("frontdesk")]

    failed = {shlex.join(each): done.stderr for each in commands if (done := invoke(None, *each)).exit_code}

    assert len(commands) == 6
    assert failed == {}


def test_the_key_can_be_made_as_shown(app, admin):
    done = invoke(app, *shlex.split(SHELL[0])[1:])

    assert (done.exit_code, done.stdout[:6]) == (0, "umami_")


def test_the_profiles_can_be_read(tmp_path):
    folder = tmp_path / "frontdesk"
    folder.mkdir()
    (folder / "profiles.toml").write_text(TOML[0])
    for name in ("production.key", "staging.key"):
        (folder / name).write_text("umami_1\n")
        (folder / name).chmod(0o600)

    profiles = read_profiles({"XDG_CONFIG_HOME": str(tmp_path)})

    assert (profiles.default, [*profiles.found]) == ("production", ["production", "staging"])
    assert {profile.key() for profile in profiles.found.values()} == {"umami_1"}


def test_all_commands_that_work_only_on_the_server_are_listed():
    table = TEXT.partition("## What works only")[2].partition("## When")[0]
    listed = [name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall("`(.+?)`", row)]
    patterns = [re.compile(re.escape(name).replace("\\ …", r"\ \w+").replace("…", r"\w+")) for name in listed]

    unlisted = {name for name in NOT_REMOTE if not any(pattern.fullmatch(name) for pattern in patterns)}
    unknown = [pattern for pattern in patterns if not any(map(pattern.fullmatch, NOT_REMOTE))]

    assert (unlisted, unknown) == (set(), [])


@pytest.mark.parametrize("kind", OF_OTHER_SERVERS, ids=lambda kind: kind.code)
def test_every_code_is_in_the_table(kind):
    assert f"\n| {kind.exit_code} | `{kind.code}` | " in TEXT
