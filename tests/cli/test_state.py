"""``frontdesk plan``, ``apply`` and ``export --format state``."""

import json
import re
import shlex
import stat
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from sqlalchemy import event

from app.db.session import db
from app.db.turns import only_apply
from app.domain.actor import OPERATOR
from app.domain.audit import AuditFilters
from app.domain.pagination import Window
from app.services.audit import log
from app.services.authentication import api_keys
from app.services.state import applying, planning
from app.services.users import accounts
from tests.cli.conftest import error_of
from tests.clients.shell import blocks

FULL = """\
users:
  - {username: admin, role: admin}
  - username: ada
    role: admin
    email: ada@example.com
    displayName: Ada Lovelace
    password: {env: ADA_PASSWORD}
  - {username: bob, email: bob@example.com}
  - {username: cyd, password: {file: cyd.txt}, disabled: true}
  - username: deploy
    serviceAccount: true
    keys:
      - {name: Nightly, scopes: [users:write], expires: 2090-01-01, keyFile: deploy.key}
teams:
  - name: Blue
    members: {ada: team-owner, bob: team-member, cyd: team-manager}
websites:
  - {name: Site, domain: example.org, team: Blue}
  - {name: Blog, owner: ada}
grants:
  - {user: bob, website: Blog, role: view, capabilities: [tagmanager_write]}
  - {user: deploy, website: example.org, role: write}
  - {user: anonymous, website: Blog, role: view}
"""
SECRET = "a password for ada"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """``state("users: […]")``: the path of a state file, beside which the secrets of ``FULL`` are."""
    monkeypatch.setenv("ADA_PASSWORD", SECRET)
    (tmp_path / "cyd.txt").write_text("a password for cyd\n")

    def write(content: str) -> Path:
        file = tmp_path / "state.yaml"
        file.write_text(content)
        return file

    return write


def can_log_in(app, username: str, password: str) -> bool:
    answer = app.test_client().post("/api/auth/login", json={"username": username, "password": password})
    return answer.status_code == 200


@pytest.mark.usefixtures("admin")
class TestApply:
    def test_disables_an_account_in_the_transaction_that_creates_or_changes_it(self, run, state, app):
        seen = []

        def look(session):
            with app.app_context():
                found = {row.username: row for row in accounts.list_users(OPERATOR, Window()).rows}
            if "cyd" in found:
                seen.append((found["cyd"].email, found["cyd"].disabled_at is not None))

        with app.app_context():
            event.listen(db.session, "after_commit", look)
        try:
            run("apply", state("users: [{username: cyd, password: {file: cyd.txt}, disabled: true}]"), "--yes")
            run("apply", state("users: [{username: cyd, email: cyd@example.com, disabled: false}]"), "--yes")
            run("apply", state("users: [{username: cyd, email: new@example.com, disabled: true}]"), "--yes")
        finally:
            event.remove(db.session, "after_commit", look)

        assert set(seen) == {(None, True), ("cyd@example.com", False), ("new@example.com", True)}

    def test_makes_everything_once(self, run, state, tmp_path, app):
        file = state(FULL)

        first, second = run("apply", file, "--yes"), run("apply", file, "--yes")

        assert (first.exit_code, first.stderr) == (0, "")
        assert first.stdout.endswith(
            "Plan: 13 to create, 0 to change, 0 to delete.\nDone: 13 created, 0 changed, 0 deleted.\n"
        )
        assert (second.exit_code, second.output) == (0, "Nothing to change.\n")
        assert run("plan", file, "--prune").output == "Nothing to change.\n"

    def test_takes_passwords_from_the_environment_and_from_files(self, run, state, app):
        run("apply", state(FULL), "--yes")
        run("users", "enable", "cyd")

        assert can_log_in(app, "ada", SECRET)
        assert can_log_in(app, "cyd", "a password for cyd")

    def test_prints_no_secret(self, run, state, tmp_path):
        done = run("apply", state(FULL), "--yes")

        key = (tmp_path / "deploy.key").read_text().strip()
        assert key.startswith("umami_")
        assert not [secret for secret in (SECRET, "a password for cyd", key) if secret in done.output]

    def test_writes_a_key_that_only_its_owner_can_read(self, run, state, tmp_path):
        run("apply", state(FULL), "--yes")

        assert stat.S_IMODE((tmp_path / "deploy.key").stat().st_mode) == 0o600
        assert sorted(path.name for path in tmp_path.iterdir()) == ["cyd.txt", "deploy.key", "state.yaml"]

    def test_changes_only_what_differs(self, run, state, printed):
        run("apply", state(FULL), "--yes")

        done = run("apply", state(FULL.replace("role: write", "role: admin").replace("Lovelace", "King")), "--yes")

        assert done.stdout == (
            "~ user ada\n"
            "    displayName: Ada Lovelace → Ada King\n"
            "~ grant deploy on Site (example.org)\n"
            "    role: write → admin\n"
            "Plan: 0 to create, 2 to change, 0 to delete.\n"
            "Done: 0 created, 2 changed, 0 deleted.\n"
        )

    def test_asks_first(self, run, state):
        file = state("users: [{username: bob, role: user, password: {env: ADA_PASSWORD}}]")

        refused, accepted = run("apply", file, typed="n\n"), run("apply", file, typed="y\n")

        assert (refused.exit_code, accepted.exit_code) == (1, 0)
        assert refused.stderr == "Make 1 change? [y/N]: n\nAborted.\n"
        assert run("plan", file).exit_code == 0

    def test_without_a_terminal_needs_yes(self, run, state):
        done = run("apply", state("users: [{username: bob}]"))

        assert done.exit_code == 2
        assert "use --yes" in done.stderr

    def test_says_what_it_did_as_json(self, run, state):
        content = "users: [{username: admin}, {username: robot, serviceAccount: true, keys: [{name: k}]}]"

        done = run("apply", state(content), "--yes", "--json", "--show-keys")

        told = json.loads(done.stdout)
        (key,) = told.pop("keys")
        assert (key["user"], key["name"], key["key"][:6]) == ("robot", "k", "umami_")
        assert told == {
            "ok": True,
            "changes": [
                {
                    "action": "create",
                    "kind": "user",
                    "name": "robot",
                    "fields": {"role": {"old": None, "new": "user"}, "serviceAccount": {"old": None, "new": True}},
                },
                {"action": "create", "kind": "key", "name": "k of robot", "fields": {}},
            ],
            "create": 2,
            "update": 0,
            "delete": 0,
            "unlisted": {},
        }

    def test_reads_standard_input(self, run):
        done = run("apply", "-", "--yes", "--quiet", stdin="users: [{username: robot, serviceAccount: true}]")

        assert (done.exit_code, done.output) == (0, "+ user robot\n    role: user\n    serviceAccount: true\n")

    def test_needs_all_secrets_before_it_changes_anything(self, run, state, monkeypatch, tmp_path):
        monkeypatch.delenv("ADA_PASSWORD")
        (tmp_path / "cyd.txt").unlink()
        file = state(FULL.replace(", keyFile: deploy.key", ""))

        done = run("apply", file, "--yes")

        assert (done.exit_code, done.stdout) == (6, "")
        assert done.stderr == (
            f"Error: {file}:7:5: The environment variable ADA_PASSWORD is not set, or is empty.\n"
            f"{file}:9:21: The secret in the file cyd.txt is not set, or is empty.\n"
            f"{file}:13:9: The new key Nightly would be lost. Add a keyFile, or use --show-keys to print it once.\n"
        )
        assert run("plan", file).exit_code == 2

    def test_does_not_run_twice_at_once(self, run, state, app):
        file = state("users: [{username: robot, serviceAccount: true}]")

        with app.app_context(), only_apply():
            done = run("apply", file, "--yes")
        later = run("apply", file, "--yes")

        assert (done.exit_code, done.stdout) == (7, "")
        assert done.stderr == "Error: Another apply is running on this database. Try again when it has ended.\n"
        assert later.exit_code == 0

    def test_stops_if_something_changed_while_it_waited_for_the_answer(self, app, run, state, make_user, monkeypatch):
        file = state("users: [{username: ada, role: view-only}]")
        make_user("ada")

        def answer(*_question: object, **_options: object) -> bool:
            with app.app_context():
                ada = accounts.find_user(OPERATOR, "ada").id
                accounts.update_user(OPERATOR, ada, role="admin")
            return True

        monkeypatch.setattr(click, "confirm", answer)
        done = run("apply", file, typed="")

        assert (done.exit_code, done.stderr) == (
            5,
            "Error: The database was changed while the plan was shown. Run the command again to see the new plan.\n",
        )

    def test_fills_an_empty_installation_with_what_another_one_exported(self, run, state):
        run("apply", state(FULL), "--yes")
        exported = run("export", "--format", "state").stdout
        run("apply", state("users: [{username: admin}]\nteams: []\nwebsites: []\ngrants: []"), "--prune", "--yes")

        done = run("apply", state(exported), "--yes", "--show-keys")

        assert done.exit_code == 0
        assert run("export", "--format", "state").stdout == exported

    def test_goes_on_where_it_was_interrupted(self, run, state, app):
        file = state(FULL)
        for _ in range(13):
            with app.app_context():
                plan = planning.make_plan(OPERATOR, file.read_bytes(), "state.yaml")
                delivery = Secrets()
                applying.prepare(OPERATOR, plan, delivery, prints_keys=True)
                next(applying.carry_out(OPERATOR, plan, delivery))

        assert run("plan", file, "--prune").output == "Nothing to change.\n"

    def test_says_how_far_it_came(self, run, state):
        content = "users: [{username: robot, serviceAccount: true, keys: [{name: k, keyFile: no/such/folder}]}]"

        done = run("apply", state(content), "--yes")

        assert done.exit_code == 3
        assert done.stderr.startswith("Warning: 1 of 2 changes made. Run the command again to make the others.\n")
        assert run("keys", "list", "robot", "--json").stdout == '{\n  "data": [],\n  "count": 0\n}\n'


class Secrets:
    """Delivers secrets to nowhere."""

    def secret(self, source: object) -> str:
        return SECRET

    def key(self, user: str, made: api_keys.NewKey, file: str | None) -> None:
        pass


@pytest.mark.usefixtures("admin")
class TestPlan:
    def test_exits_with_2_if_there_are_changes_and_with_1_on_errors(self, run, state):
        codes = [
            run("plan", state(content), *options).exit_code
            for content, options in [
                ("users: [{username: admin}]", []),
                ("users: [{username: admin, displayName: Boss}]", []),
                ("users: [{usrname: admin}]", []),
                ("users: []", ["--no-such-option"]),
                ("users: []", ["--prune", "--json"]),
            ]
        ]

        assert codes == [0, 2, 1, 1, 1]

    def test_a_file_that_cannot_be_read_is_an_error(self, run, tmp_path):
        missing, folder = run("plan", tmp_path / "missing"), run("apply", tmp_path)

        assert (missing.exit_code, missing.stderr) == (1, f"Error: No such file or directory: {tmp_path / 'missing'}\n")
        assert (folder.exit_code, folder.stderr) == (3, f"Error: Is a directory: {tmp_path}\n")

    def test_changes_nothing(self, run, state):
        run("plan", state(FULL))

        assert run("users", "list", "--quiet").stdout.count("\n") == 2

    def test_names_the_nearest_key(self, run, state):
        file = state("users:\n  - username: ada\n    emial: ada@example.com\n")

        done, as_json = run("plan", file), run("plan", file, "--json")

        assert done.stderr == f'Error: {file}:3:5: Unknown key "emial"; did you mean "email"?\n'
        assert error_of(as_json) == {
            "code": "invalid",
            "message": f'{file}:3:5: Unknown key "emial"; did you mean "email"?',
            "field": None,
        }

    def test_a_password_makes_no_difference_unless_asked_for(self, run, state, app):
        file = state("users: [{username: admin, password: {env: ADA_PASSWORD}}]")

        assert run("plan", file).exit_code == 0
        assert not can_log_in(app, "admin", SECRET)
        assert run("apply", file, "--set-passwords", "--yes").exit_code == 0
        assert can_log_in(app, "admin", SECRET)

    def test_has_no_colours_in_a_pipe(self, run, state):
        assert "\x1b" not in run("plan", state(FULL)).stdout

    def test_says_as_csv_what_would_change(self, run, state):
        done = run("plan", state("users: [{username: admin, displayName: =1+1}]"), "--output", "csv", "--quiet")

        assert done.stdout.splitlines() == ["action,kind,name,field,old,new", "update,user,admin,displayName,,'=1+1"]

    def test_prints_the_schema(self, run):
        assert json.loads(run("plan", "--schema").stdout)["title"] == "Frontdesk state"


@pytest.mark.usefixtures("admin")
class TestPrune:
    def test_deletes_what_is_not_in_the_file(self, run, state):
        run("apply", state(FULL), "--yes")
        content = """\
            users:
              - {username: admin, role: admin}
              - {username: deploy, keys: []}
            teams: []
            websites: [{name: Site, domain: example.org, owner: admin}]
            grants: []
        """

        kept, done = run("plan", state(content)), run("apply", state(content), "--yes", "--prune")

        assert (
            "Not in the file, and kept without --prune: 3 users, 1 key, 1 team, 1 website, 3 grants.\n" in kept.stdout
        )
        assert done.stdout.endswith("Done: 0 created, 1 changed, 7 deleted.\n")
        assert run("plan", state(content), "--prune").exit_code == 0

    def test_leaves_alone_what_the_file_does_not_manage(self, run, state):
        run("apply", state(FULL), "--yes")

        done = run("plan", state("teams: [{name: Blue}]"), "--prune")

        assert (done.exit_code, done.output) == (0, "Nothing to change.\n")

    @pytest.mark.parametrize(
        "users",
        [
            "[]",
            "[{username: admin, role: user}]",
            "[{username: admin, disabled: true}]",
            "[{username: x, role: admin}]",
        ],
        ids=["deleted", "demoted", "disabled", "only invited"],
    )
    def test_never_takes_the_last_administrator(self, run, state, users):
        file = state(f"users: {users}")

        done = run("apply", file, "--prune", "--yes")

        assert done.exit_code == 6
        assert done.stderr == (f"Error: {file}: No administrator who can log in would be left. Keep one in the file.\n")

    def test_hands_the_role_of_the_only_administrator_over(self, run, state):
        file = state("users: [{username: ada, role: admin, password: {env: ADA_PASSWORD}}]")

        done = run("apply", file, "--prune", "--yes")

        assert done.stdout.endswith("Done: 1 created, 0 changed, 1 deleted.\n")

    def test_deletes_no_user_with_whom_unmanaged_things_would_go(self, run, state):
        run("apply", state(FULL), "--yes")
        file = state("users: [{username: admin}]")

        done = run("plan", file, "--prune")

        assert done.stderr == (
            f"Error: {file}: ada cannot be deleted, because the website Blog would be, too.\n"
            f"{file}: ada, bob, cyd cannot be deleted, because the team Blue would be, too.\n"
        )


@pytest.mark.usefixtures("admin")
class TestIdentity:
    def test_names_that_several_have_are_refused(self, run, state, make_user, make_team, make_website):
        ada = make_user("ada")
        teams = [make_team(ada, "Blue"), make_team(ada, "Blue")]
        sites = [make_website(owner=ada), make_website(owner=ada)]
        file = state(
            "teams: [{name: Blue}]\nwebsites: [{name: Site, domain: site.example}]\n"
            "grants: [{user: ada, website: Site, role: view}]"
        )

        done = run("plan", file)

        team_ids, site_ids = (", ".join(map(str, ids)) for ids in (teams, sites))
        assert done.stderr == (
            f"Error: {file}:1:9: There are several teams of this name. Add the id of one of them: {team_ids}\n"
            f"{file}:2:12: There are several websites of this name. Add the id of one of them: {site_ids}\n"
            f"{file}:3:22: There are several websites of this name. Use the domain, or an id: {site_ids}\n"
        )

    def test_an_id_renames(self, run, state, make_user, make_team, make_website):
        ada = make_user("ada")
        team, site = make_team(ada, "Blue"), make_website(owner=ada)
        file = state(
            f"teams: [{{id: {team}, name: Red}}, {{name: Blue, members: {{ada: team-owner}}}}]\n"
            f"websites: [{{id: {site}, name: Shop, domain: shop.example, team: Blue}}]"
        )

        done = run("apply", file, "--yes", "--prune")

        assert done.stdout == (
            "~ team Blue\n    name: Blue → Red\n"
            "+ team Blue\n    owner: ada\n"
            "~ website Site (site.example)\n"
            "    name: Site → Shop\n    domain: site.example → shop.example\n    owner: ada → none\n    team: Blue\n"
            "Plan: 1 to create, 2 to change, 0 to delete.\nDone: 1 created, 2 changed, 0 deleted.\n"
        )
        assert run("plan", file).exit_code == 0

    def test_accounts_can_exchange_their_addresses(self, run, state):
        content = "users: [{{username: ada, email: {}@x.example}}, {{username: bob, email: {}@x.example}}]"
        run("apply", state(content.format("a", "b")), "--yes")

        file = state(content.format("b", "a"))

        assert run("apply", file, "--yes").exit_code == 0
        assert run("plan", file).exit_code == 0

    def test_what_cannot_be_is_refused_before_anything_is_changed(self, run, state):
        run("apply", state(FULL), "--yes")
        file = state("""\
users:
  - {username: bob, serviceAccount: true}
  - {username: BOB}
  - {username: cyd, email: ada@example.com}
  - {username: dan, email: nowhere}
  - {username: ada, keys: []}
teams:
  - {name: Blue, members: {bbo: team-member, cyd: team-owner}}
  - {name: New, members: {cyd: team-member}}
  - {name: "Hid\\u200bden", members: {cyd: team-owner}}
websites:
  - {name: Alone}
  - {name: Both, owner: cyd, team: Blue}
grants:
  - {user: ada, website: Blog, role: view}
  - {user: bob, website: Blog}
  - {user: cyd, website: Blgo, role: view}
  - {user: cyd, website: Blog, capabilities: [tagmanager_writ]}
  - {user: anonymous, website: Blog, role: write}
""")

        done = run("plan", file)

        assert done.stderr.replace(f"{file}:", "").removeprefix("Error: ").splitlines() == [
            "2:21: bob exists; serviceAccount cannot be changed.",
            "3:5: BOB is listed before, in line 2.",
            "4:21: ada@example.com is the address of ada.",
            "5:21: Invalid email address: An email address must have an @-sign.",
            "6:21: Only service accounts have keys here, and ada is none.",
            '8:28: There is no user bbo; did you mean "bob"?',
            "9:17: The team New is new, so one of its members must be a team-owner.",
            "10:6: The name must not contain invisible or unassigned characters.",
            "12:5: The website Alone is new, so it needs an owner or a team.",
            "13:30: A website belongs to a user (owner) or to a team, not to both.",
            "15:6: ada is an administrator, who has access to all websites anyway.",
            "16:5: A grant needs a role or capabilities.",
            "17:17: There is no such website.",
            "18:5: cyd has no access to this website yet. Add a role.",
            '18:32: There is no capability tagmanager_writ; did you mean "tagmanager_write"?',
            "19:5: anonymous can only be granted the role view.",
        ]


@pytest.mark.usefixtures("admin")
class TestKeys:
    ROBOT = "users: [{{username: robot, serviceAccount: true, keys: [{}]}}]"

    def test_a_key_that_differs_is_replaced(self, run, state, tmp_path, printed):
        run("apply", state(self.ROBOT.format("{name: k, keyFile: k}")), "--yes")
        before = (tmp_path / "k").read_text()

        done = run("apply", state(self.ROBOT.format("{name: k, keyFile: k, scopes: [admin]}")), "--yes")

        assert done.stdout.startswith("± key k of robot\n    scopes: admin\n    keyFile: k\n")
        (key,) = printed("keys", "list", "robot")["data"]
        after = (tmp_path / "k").read_text()
        assert key["scopes"] == ["admin"]
        assert after.startswith(key["key_prefix"])
        assert after != before

    def test_a_key_that_would_have_expired_is_not_made(self, run, state):
        file = state(self.ROBOT.format("{name: k, expires: 2020-01-01}"))

        assert run("apply", file, "--yes").stdout.endswith("Done: 1 created, 0 changed, 0 deleted.\n")
        assert run("plan", file).exit_code == 0

    @pytest.mark.parametrize("expires", ["tomorrow", "2030-01-01T10:00", "'0001-01-01T00:00:00+14:00'"])
    def test_a_time_must_be_one(self, run, state, expires):
        done = run("plan", state(self.ROBOT.format(f"{{name: k, expires: {expires}}}")))

        assert re.search(r":1:\d+: (This is not a date|A time needs an offset|The time is too far)", done.stderr)


@pytest.mark.usefixtures("admin")
class TestExport:
    def test_what_is_exported_plans_to_no_change(self, run, state):
        run("apply", state(FULL), "--yes")
        run("keys", "create", "deploy", "Nightly", "--days", "9")

        exported = run("export", "--format", "state").stdout
        done = run("plan", state(exported), "--prune")

        assert (done.exit_code, done.output) == (0, "Nothing to change.\n")
        assert SECRET not in exported

    def test_is_readable(self, run, state):
        run("apply", state(FULL), "--yes")

        assert (
            run("export", "--format", "state").stdout
            == """\
# yaml-language-server: $schema=frontdesk-state.schema.json
# The state of this installation. Secrets are not part of it.

users:
- {username: ada, role: admin, email: ada@example.com, displayName: Ada Lovelace}
- {username: admin, role: admin}
- {username: bob, role: user, email: bob@example.com}
- {username: cyd, role: user, disabled: true}
- username: deploy
  role: user
  serviceAccount: true
  keys:
  - name: Nightly
    scopes: ['users:write']
    expires: '2090-01-01'

teams:
- name: Blue
  members: {ada: team-owner, bob: team-member, cyd: team-manager}

websites:
- {name: Blog, owner: ada}
- {name: Site, domain: example.org, team: Blue}

grants:
- {user: anonymous, website: Blog, role: view}
- user: bob
  website: Blog
  role: view
  capabilities: [tagmanager_write]
- {user: deploy, website: example.org, role: write}
"""
        )


class TestTheGuide:
    """``docs/state.md``, as it stands."""

    PAGE = blocks("docs/state.md")
    FILE, *_ = (text for kind, text in PAGE if kind == "yaml")
    SCRIPTS = [text for kind, text in PAGE if kind == "sh"]

    @pytest.mark.usefixtures("admin")
    def test_its_commands_work_twice(self, app, run, state, monkeypatch, tmp_path):
        state(self.FILE)
        monkeypatch.chdir(tmp_path)
        codes, changes = [], []
        for line in [line for text in self.SCRIPTS for line in text.splitlines()] * 2:
            command, _, rest = line.partition(" ")
            if command == "export":
                monkeypatch.setenv(*shlex.split(rest)[0].split("="))
                continue
            command, _, target = rest.partition("#")[0].partition("||")[0].partition(">")
            done = run(*shlex.split(command))
            codes.append(done.exit_code)
            if target:
                Path(target.strip()).write_text(done.stdout)
            with app.app_context():
                changes.append(log.list_page(OPERATOR, Window(0, 1), AuditFilters()).total)

        assert codes == [2, 0, 0, 0, 0, 0] + [0] * 6
        assert len(set(changes[1:])) == 1  # the second time, nothing was changed
        assert run("plan", "current.yaml", "--prune").exit_code == 0
