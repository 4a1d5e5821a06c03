"""``frontdesk export``, ``frontdesk import FILE`` and ``frontdesk demo``"""

import csv
import json
from datetime import UTC, datetime

import pytest

from app.domain.actor import OPERATOR
from app.domain.roles import SiteRole
from app.models import ANONYMOUS_ID
from app.services.access import grants
from app.services.teams import teams
from app.services.users import accounts, disabling
from app.services.websites import websites
from tests.cli.conftest import invoke
from tests.conftest import EMPTIED


@pytest.fixture
def empty(migrated_app):
    """``empty()``: delete everything."""

    def delete():
        from app.db.session import db

        with migrated_app.app_context(), db.engine.begin() as connection:
            for table in EMPTIED:
                connection.exec_driver_sql(f'DELETE FROM "{table}"')

    return delete


@pytest.fixture
def imported(run, tmp_path):
    """``imported("username\\nada\\n", …)``: the exit code, the counts and the remarks of an import."""

    def load(text, *options):
        file = tmp_path / "rows"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        done = run("import", file, *options, "--json")
        told = json.loads(done.stdout)
        counts = {kind: {k: v for k, v in found.items() if v} for kind, found in told["counts"].items()}
        return done.exit_code, counts, [(row["line"], row["name"], row["code"]) for row in told["rows"]]

    return load


@pytest.fixture
def usernames(app):
    def found():
        with app.app_context():
            listed = json.loads(invoke(app, "users", "list", "--json").stdout)["data"]
        return sorted(row["username"] for row in listed)

    return found


@pytest.fixture
def world(app, run):
    """Made-up rows, and what these lack: a disabled account, formulas, anonymous access, capabilities, external ids."""
    sizes = ("--users=60", "--teams=5", "--memberships=40", "--websites=30", "--grants=20")
    assert run("demo", *sizes, "--yes").exit_code == 0
    with app.app_context():
        odd = accounts.create_user(OPERATOR, username="=1+1", password="correct horse", external_id="hr-1")
        accounts.update_user(OPERATOR, odd.id, display_name="@home", must_change_password=True)
        disabling.disable_user(OPERATOR, odd.id)
        gone = accounts.create_user(OPERATOR, username="gone", password="correct horse")
        accounts.delete_user(OPERATOR, gone.id)
        team, _ = teams.create_team(OPERATOR, name="Own", owner_id=odd.id)
        site = websites.create_website(OPERATOR, name="-5", domain="x.example", team_id=team.id)
        grants.set_access(OPERATOR, ANONYMOUS_ID, [site.id], SiteRole.VIEW)
        user = accounts.find_user(OPERATOR, "ada.allen.0")
        grants.set_access(OPERATOR, user.id, [site.id], SiteRole.VIEW, capabilities=["tagmanager_write"])


class TestRoundTrip:
    @pytest.mark.parametrize("options", [("--secrets",), ("--format=csv", "--secrets")], ids=["jsonl", "csv"])
    def test_what_was_exported_and_imported_is_exported_the_same(self, world, run, imported, empty, options):
        before = run("export", *options).stdout_bytes
        empty()

        code, counts, remarks = imported(before)

        assert (code, remarks) == (0, [])
        assert {kind: list(found) for kind, found in counts.items()} == {key: ["created"] for key in counts}
        assert run("export", *options).stdout_bytes == before

    def test_a_second_import_writes_nothing(self, world, run, imported):
        rows = run("export", "--secrets").stdout_bytes
        events = run("audit", "export").stdout

        code, counts, remarks = imported(rows)

        assert (code, remarks) == (0, [])
        assert {kind: list(found) for kind, found in counts.items()} == {key: ["unchanged"] for key in counts}
        assert run("audit", "export").stdout == events

    def test_it_has_secrets_only_if_it_is_asked_for_them(self, world, run):
        names = {name for line in run("export").stdout.splitlines() for name in json.loads(line)}

        assert not names & {"password_hash", "access_code"}

    def test_accounts_without_hashes_keep_the_passwords_they_have_here(self, world, run, imported):
        rows, before = run("export").stdout_bytes, run("export", "--secrets").stdout_bytes

        assert imported(rows, "--update")[0] == 0
        assert run("export", "--secrets").stdout_bytes == before

    def test_formulas_are_defused_in_csv(self, world, run):
        rows = [*csv.DictReader(run("export", "--format", "csv", "--only", "user").stdout.splitlines())]

        assert {"'=1+1", "'@home"} <= {cell for row in rows for cell in row.values()}

    def test_one_kind_can_be_exported_by_itself(self, world, run):
        kinds = [json.loads(line)["kind"] for line in run("export", "--only", "website").stdout.splitlines()]

        assert kinds == ["website"] * 31


class TestPlainFiles:
    def test_a_list_of_usernames_is_enough(self, imported, usernames):
        assert imported("username,role\nada,user\nbob,view-only\n", "--kind=user") == (0, {"users": {"created": 2}}, [])
        assert imported("username\nada\nbob\n", "--kind=user") == (0, {"users": {"unchanged": 2}}, [])
        assert usernames() == ["ada", "bob"]

    def test_names_stand_for_ids(self, imported, run):
        rows = [
            {"kind": "user", "username": "ada"},
            {"kind": "user", "username": "bob"},
            {"kind": "team", "name": "Blue", "owner": "ada"},
            {"kind": "membership", "team": "Blue", "user": "bob", "role": "team-member"},
            {"kind": "website", "name": "Our site", "domain": "example.org", "team": "Blue"},
            {"kind": "grant", "website": "Our site", "user": "bob", "role": "view"},
        ]
        text = "\n".join(map(json.dumps, rows))

        first, again = imported(text), imported(text)

        made = {"users": 2, "teams": 1, "memberships": 2, "websites": 1, "grants": 1}
        assert first == (0, {kind: {"created": number} for kind, number in made.items()}, [])
        assert again == (0, {kind: {"unchanged": number} for kind, number in made.items()}, [])

    def test_every_column_is_stored(self, imported, run):
        at, ada, blue = (
            "2020-01-01T00:00:00Z",
            "0192f000-0000-7000-8000-000000000001",
            "0192f000-0000-7000-8000-000000000002",
        )
        dates = {"created_at": at, "updated_at": at}
        logo, config = "https://example.org/a.png", {"sampleRate": 0.5}
        hashed = "$2b$10$frKep1AtuNUhPc8uzVd7nOFk.exaeBCkKhITfcxjxfGrQqtSNBVT6"
        flags = ("two_factor_required", "must_change_password", "service_account", "pending")
        user = {"id": ada, "username": "ada", "role": "view-only", "password_hash": hashed, "email": "a@example.org"}
        user |= {"display_name": "Ada", "external_id": "1", "logo_url": logo, "disabled_at": at} | dict.fromkeys(
            flags, True
        )
        team = {"id": blue, "name": "Blue", "access_code": "long-enough", "external_id": "1", "logo_url": logo}
        member = {"id": ada, "team_id": blue, "user_id": ada, "role": "team-owner"}
        site = {
            "id": ada,
            "name": "Site",
            "domain": "example.org",
            "team_id": blue,
            "created_by": ada,
            "external_id": "1",
        }
        site |= {"reset_at": at, "replay_enabled": True, "replay_config": config, "urls": ["http://example.org"]}
        site |= {"settings": {"currency": "EUR", "excluded_ips": ["10.0.0.0/8"]}}
        grant = {
            "website_id": ada,
            "user_id": ada,
            "role": "view",
            "capabilities": ["tagmanager_write"],
            "granted_by": ada,
        }
        rows = [
            {"kind": "user", **user, **dates},
            {"kind": "team", **team, "two_factor_required": True, **dates},
            {"kind": "membership", **member, **dates},
            {"kind": "website", **site, **dates},
            {"kind": "grant", **grant, **dates},
        ]

        assert imported("\n".join(map(json.dumps, rows)))[0] == 0
        assert [json.loads(line) for line in run("export", "--secrets").stdout.splitlines()] == rows

    def test_external_ids_find_what_has_another_name_by_now(self, imported, usernames):
        imported("username,external_id\nada,hr-1\n", "--kind=user")

        found = imported("username,external_id\ncountess,hr-1\n", "--kind=user", "--update")

        assert found == (0, {"users": {"updated": 1}}, [])
        assert usernames() == ["countess"]

    def test_another_users_external_id_is_refused(self, imported):
        imported("username,external_id\nada,hr-1\n", "--kind=user")
        row = "id,username,external_id\n0192f000-0000-7000-8000-000000000001,bob,hr-1\n"

        assert imported(row, "--kind=user") == (6, {"users": {"skipped": 1}}, [(2, "", "external-id-taken")])


class TestBadRows:
    def test_good_rows_are_kept_and_each_other_one_is_told_with_its_line(self, imported, usernames):
        text = "kind,username,email\nuser,ada,\nboat,x,\nuser,ADA,\nuser,bob\nuser,eve,nonsense\nuser,joe,\n"

        code, counts, remarks = imported(text)

        assert (code, counts["users"]["created"]) == (6, 2)
        assert remarks == [
            (3, "x", "bad-value"),
            (4, "ADA", "username-taken"),
            (5, "", "bad-line"),
            (6, "eve", "invalid-email"),
        ]
        assert usernames() == ["ada", "joe"]

    def test_with_all_or_nothing_none_is_kept_if_one_is_refused(self, imported, run, usernames):
        assert imported("username\nada\nada\n", "--kind=user", "--all-or-nothing")[0] == 6
        assert usernames() == []
        assert run("audit", "export").stdout == ""

        assert imported("username\nada\n", "--kind=user", "--all-or-nothing")[0] == 0
        assert usernames() == ["ada"]

    def test_a_dry_run_says_what_would_happen_and_writes_nothing(self, imported, usernames):
        found = imported("username\nada\nada\n", "--kind=user", "--dry-run")

        assert found == (6, {"users": {"created": 1, "skipped": 1}}, [(3, "ada", "username-taken")])
        assert usernames() == []

    def test_a_cycle_of_renames_is_refused_and_changes_nothing(self, imported, run, usernames):
        imported("username\nada\nbob\n", "--kind=user")
        ada, bob = (json.loads(run("users", "show", name, "--json").stdout)["id"] for name in ("ada", "bob"))

        found = imported(f"id,username\n{ada},bob\n{bob},ada\n", "--kind=user", "--update")

        refused = [(2, "bob", "username-taken"), (3, "ada", "username-taken")]
        assert found == (6, {"users": {"skipped": 2}}, refused)
        assert json.loads(run("users", "show", "ada", "--json").stdout)["id"] == ada

    def test_teams_of_one_name_in_a_file_are_refused_but_the_first(self, imported):
        text = "kind,username,name,owner\nuser,ada,,\nteam,,Blue,ada\nteam,,Blue,ada\n"

        code, counts, remarks = imported(text)

        assert (code, counts["teams"]) == (6, {"created": 1, "skipped": 1})
        assert remarks == [(4, "Blue", "row-twice")]

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("domain", "a\0b", "control-characters"),
            ("user", "a\0b", "control-characters"),
            ("urls", ["http://a\0b"], "control-characters"),
            ("replay_config", {"a": {"b\\\0": 1}}, "control-characters"),
            ("replay_config", json.loads('{"a":' * 300 + "1" + "}" * 300), "bad-value"),
        ],
        ids=["text", "name", "list", "object", "nested"],
    )
    def test_what_no_database_can_store_costs_only_its_row(self, imported, field, value, code):
        site = {"kind": "website", "name": "Site", "user": "ada"}
        rows = [{"kind": "user", "username": "ada"}, site | {"name": "Odd", field: value}, site | {"domain": "\\u0000"}]

        found = imported("\n".join(map(json.dumps, rows)))

        made = {"users": {"created": 1}, "websites": {"created": 1, "skipped": 1}}
        assert found == (6, made, [(2, "Odd", code)])

    def test_a_new_teams_access_code_follows_the_rule_for_chosen_ones(self, imported, run):
        teams = 'team,,Blue,ada,"  long-enough "\nteam,,Red,ada,short\n'

        found = imported("kind,username,name,owner,access_code\nuser,ada,,,\n" + teams)

        made = {"users": {"created": 1}, "teams": {"created": 2, "adjusted": 1}, "memberships": {"created": 2}}
        assert found == (0, made, [(4, "Red", "access-code")])
        exported = run("export", "--secrets", "--only", "team").stdout.splitlines()
        codes = {team["name"]: team.get("access_code") for team in map(json.loads, exported)}
        assert codes == {"Blue": "long-enough", "Red": None}

    def test_the_report_has_all_remarks_and_the_screen_the_first(self, run, tmp_path):
        file, report = tmp_path / "rows.csv", tmp_path / "report.csv"
        file.write_text("username\nada\n" + "ada\n" * 250)

        done = run("import", file, "--kind", "user", "--report", report)

        assert "100 of 250" in done.stderr
        assert "Warning: 250 rows refused." in done.stderr
        assert [row["line"] for row in csv.DictReader(report.read_text().splitlines())] == [
            str(line) for line in range(3, 253)
        ]

    def test_what_an_installation_does_not_allow_no_file_can_bring(self, imported):
        text = "\n".join(
            json.dumps(row)
            for row in [
                {"kind": "user", "username": "root", "role": "admin"},
                {"kind": "user", "username": "ada", "role": "boss"},
                {"kind": "website", "name": "W", "user": "root", "settings": {"currency": "QQQ"}},
                {"kind": "website", "name": "V", "user": "root"},
                {"kind": "grant", "website": "V", "user": "root", "role": "view"},
                {"kind": "grant", "website": "V", "user": "missing", "role": "view"},
                {"kind": "team", "name": "T"},
            ]
        )

        code, _, remarks = imported(text)

        codes = ["unknown-role", "bad-value", "has-all-access", "unknown-reference", "no-members"]
        assert (code, [remark[2] for remark in remarks]) == (6, codes)


class TestStandardInput:
    def test_a_pipe_is_read_and_shows_no_progress(self, run, usernames):
        done = run("import", "-", "--kind", "user", stdin=b"username\nada\n")

        assert (done.exit_code, done.stderr) == (0, "")
        assert usernames() == ["ada"]

    def test_a_file_that_is_not_there_is_wrong_usage(self, run):
        done = run("import", "nowhere.csv")

        assert done.exit_code == 2
        assert "'nowhere.csv': No such file" in done.stderr


class TestDemo:
    def test_the_same_seed_makes_the_same_rows(self, run, empty):
        sizes = ("--users=30", "--teams=3", "--memberships=9", "--websites=5", "--grants=4", "--yes", "--json")
        first = json.loads(run("demo", *sizes).stdout)
        rows = run("export", "--secrets").stdout
        again = json.loads(run("demo", *sizes).stdout)
        empty()
        run("demo", *sizes)

        assert (first["created"], again["created"]) == (51, 0)
        assert run("export", "--secrets").stdout == rows
        assert json.loads(rows.splitlines()[0])["created_at"] == datetime(2020, 1, 1, tzinfo=UTC).isoformat().replace(
            "+00:00", "Z"
        )

    def test_numbers_that_do_not_go_together_are_refused(self, run):
        done = run("demo", "--teams", "5", "--memberships", "4", "--yes")

        assert (done.exit_code, done.stderr) == (
            6,
            "Error: Each team needs a membership, and a user can have only one in each.\n",
        )
