"""Importing from a database of Umami."""

from pathlib import Path
from typing import Any
from uuid import UUID

import bcrypt
import pytest
from flask import Flask

from app.domain.actor import OPERATOR
from app.domain.errors import SourceUnusable
from app.models import AuditEvent, Membership, Share, Team, User, Website, WebsiteNumber
from app.services.importing import run as import_run
from app.services.importing.run import Options
from app.services.importing.umami import import_umami
from app.services.users import accounts
from app.services.websites import websites
from tests.databases import fresh_database, postgresql_version
from tests.services.importing.conftest import Source
from tests.services.importing.results import rows_of, told
from tests.umami_schema import RELEASES, SEED_ADMIN, statements

HASH = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode()
ADA, BOB, EVE, TEAM, SITE, SHARE = (UUID(int=number) for number in range(1, 7))
WHEN = "2024-05-06 07:08:09+00"
COPIED = (User, Team, Membership, Website, WebsiteNumber, Share, AuditEvent)


def user(user_id: UUID, name: str, role: str = "user", *, password: str = HASH, deleted: str = "NULL") -> str:
    return (
        'INSERT INTO "user" (user_id, username, password, role, display_name, created_at, updated_at, deleted_at)'
        f" VALUES ('{user_id}', '{name}', '{password}', '{role}', 'The {name}', '{WHEN}', '{WHEN}', {deleted})"
    )


def team(team_id: UUID = TEAM, name: str = "Blue", code: str = "team_secret") -> str:
    return (
        "INSERT INTO team (team_id, name, access_code, created_at, updated_at)"
        f" VALUES ('{team_id}', '{name}', '{code}', '{WHEN}', '{WHEN}')"
    )


def member(number: int, user_id: UUID, role: str, team_id: UUID = TEAM) -> str:
    return (
        "INSERT INTO team_user (team_user_id, team_id, user_id, role, created_at, updated_at)"
        f" VALUES ('{UUID(int=100 + number)}', '{team_id}', '{user_id}', '{role}', '{WHEN}', '{WHEN}')"
    )


def website(website_id: UUID = SITE, *, owner: UUID | None = None, of: UUID | None = None) -> str:
    owner_id, team_id = (f"'{found}'" if found else "NULL" for found in (owner, of))
    return (
        "INSERT INTO website (website_id, name, domain, user_id, team_id, created_by, recorder_enabled, created_at)"
        f" VALUES ('{website_id}', 'Site', 'site.example', {owner_id}, {team_id}, '{ADA}', true, '{WHEN}')"
    )


def share(share_id: UUID = SHARE, slug: str = "public", kind: int = 1) -> str:
    return (
        "INSERT INTO share (share_id, entity_id, name, share_type, slug, parameters, created_at)"
        f" VALUES ('{share_id}', '{SITE}', 'Link', {kind}, '{slug}', '{{\"overview\": true}}', '{WHEN}')"
    )


WORLD = [
    user(ADA, "Ada", "admin"),
    user(BOB, "bob"),
    team(),
    member(1, ADA, "team-owner"),
    member(2, BOB, "team-member"),
    website(of=TEAM),
    share(),
]


def contents(app: Flask) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of the tables that an import writes."""
    return rows_of(app, COPIED)


class TestWhatIsTaken:
    def test_ids_hashes_codes_slugs_and_dates_stay(self, app, source, imported):
        source.run(*WORLD)

        report = imported().report

        here = contents(app)
        assert report.remarks == []
        assert report.changed() == 7
        ada = here["user"][0]
        assert (ada["user_id"], ada["username"], ada["username_key"]) == (ADA, "Ada", "ada")
        assert (ada["password"], ada["role"], ada["display_name"]) == (HASH, "admin", "The Ada")
        assert str(ada["created_at"]) == "2024-05-06 07:08:09+00:00"
        assert here["team"][0]["access_code"] == "team_secret"
        assert [(row["user_id"], row["role"]) for row in here["team_user"]] == [
            (ADA, "team-owner"),
            (BOB, "team-member"),
        ]
        assert (here["website"][0]["team_id"], here["website"][0]["created_by"]) == (TEAM, ADA)
        assert here["website"][0]["recording_enabled"] is True
        assert here["website_number"][0]["website_id"] == SITE
        assert (here["share"][0]["slug"], here["share"][0]["parameters"]) == ("public", {"overview": True})

    def test_each_change_is_an_event(self, app, source, imported):
        source.run(*WORLD)

        imported()

        events = [(row["action"], row["target_name"], row["actor_name"]) for row in contents(app)["audit_event"]]
        assert sorted(events) == [
            ("membership-added", "", "operator"),
            ("share-created", "Link", "operator"),
            ("team-created", "Blue", "operator"),
            ("user-created", "Ada", "operator"),
            ("user-created", "bob", "operator"),
            ("website-created", "Site", "operator"),
        ]

    def test_users_log_in_with_their_passwords(self, app, source, imported, anonymous):
        source.run(*WORLD)
        imported()

        response = anonymous.post("/api/auth/login", json={"username": "ada", "password": "correct horse"})

        assert response.status_code == 200

    def test_a_second_run_changes_nothing(self, app, source, imported):
        source.run(*WORLD, user(EVE, "EVE"), user(UUID(int=50), "eve"))
        imported()
        before = contents(app)

        report = imported(update=True).report

        assert contents(app) == before
        assert report.changed() == 0
        assert report.of(import_run.Kind.USERS)["unchanged"] == 3

    @pytest.mark.parametrize("after", range(1, 7))
    def test_an_import_that_was_killed_is_completed_by_the_next_one(self, app, source, imported, monkeypatch, after):
        monkeypatch.setattr(import_run, "AT_ONCE", 1)
        source.run(*WORLD)
        passed = 0

        def kill(_kind: object, done: int, _total: object) -> None:
            nonlocal passed
            passed += done > 0
            if passed == after:
                raise KeyboardInterrupt

        with app.app_context():
            if after < 6:
                with pytest.raises(KeyboardInterrupt):
                    import_umami(OPERATOR, source.url, Options(), on_progress=kill)
        imported()

        here = contents(app)
        assert [len(here[name]) for name in ("user", "team", "team_user", "website", "share")] == [2, 1, 2, 1, 1]
        assert len(here["audit_event"]) == 6


class TestWhatIsNotTaken:
    def test_names_that_differ_in_case_only_are_taken_once(self, source, imported):
        source.run(user(ADA, "ada"), user(BOB, "ADA"))

        assert told(imported().report) == [("users", "ADA", "skipped", "username-taken")]

    def test_deleted_users_unknown_roles_and_invisible_names_are_skipped(self, source, imported):
        source.run(user(ADA, "ada", deleted="now()"), user(BOB, "bob", "editor"), user(EVE, "e\u200bve"))

        assert told(imported().report) == [
            ("users", "ada", "skipped", "deleted"),
            ("users", "bob", "skipped", "unknown-role"),
            ("users", "e\u200bve", "skipped", "invisible-characters"),
        ]

    def test_an_account_of_the_same_name_stays_and_gets_nothing(self, app, source, imported, make_user):
        mine = make_user("ada")
        source.run(user(ADA, "Ada", "admin"), website(owner=ADA))

        report = imported().report

        assert told(report) == [
            ("users", "Ada", "skipped", "username-taken"),
            ("websites", "Site", "skipped", "no-owner"),
        ]
        assert [row["user_id"] for row in contents(app)["user"]] == [mine.id]

    def test_with_same_names_it_gets_the_websites_and_memberships(self, app, source, imported, make_user):
        mine = make_user("ada")
        source.run(user(ADA, "Ada", "admin"), team(), member(1, ADA, "team-owner"), website(owner=ADA))

        imported(same_names=True)
        again = imported(same_names=True).report

        here = contents(app)
        assert (here["website"][0]["user_id"], here["team_user"][0]["user_id"]) == (mine.id, mine.id)
        assert here["user"][0]["role"] == "user"
        assert again.changed() == 0

    def test_with_same_names_two_users_of_the_source_stay_two(self, source, imported):
        source.run(user(ADA, "ada"), user(BOB, "ADA"))

        imported(same_names=True)

        assert told(imported(same_names=True).report) == [("users", "ADA", "skipped", "username-taken")]

    def test_double_memberships_and_those_of_unknown_users_are_skipped(self, source, imported):
        roles = [(ADA, "team-member"), (ADA, "team-owner"), (BOB, "team-member"), (ADA, "chief")]
        source.run(user(ADA, "ada"), team(), *(member(number, *role) for number, role in enumerate(roles)))

        codes = [(name.split()[0], code) for _, name, _, code in told(imported().report)]

        assert codes == [
            ("team-member", "already-member"),
            ("team-member", "unknown-reference"),
            ("chief", "unknown-role"),
        ]

    def test_a_team_without_an_owner_gets_one_and_an_empty_team_is_skipped(self, app, source, imported):
        source.run(user(ADA, "ada"), team(), member(1, ADA, "team-member"), team(EVE, "Empty", "other_code"))

        report = imported().report

        assert contents(app)["team_user"][0]["role"] == "team-owner"
        assert {code for *_, code in told(report)} == {"owner", "no-members"}
        assert imported(update=True).report.changed() == 0

    def test_websites_of_no_one_go_to_the_given_owner(self, app, source, imported, admin):
        source.run(website())

        assert told(imported().report) == [("websites", "Site", "skipped", "no-owner")]
        imported(owner_id=admin.id)

        assert contents(app)["website"][0]["user_id"] == admin.id

    def test_shares_of_other_things_and_taken_slugs_are_skipped(
        self, source, imported, make_user, make_website, make_share
    ):
        make_share(make_website(owner=make_user("bob")), "public-link")
        source.run(user(ADA, "ada"), website(owner=ADA), share(kind=2), share(EVE, "public-link"))

        assert sorted(code for *_, code in told(imported().report)) == ["slug-taken", "unsupported-share"]

    def test_umamis_default_password_must_be_changed(self, app, source, imported):
        weak = bcrypt.hashpw(b"umami", bcrypt.gensalt(4)).decode()
        source.run(user(UUID(SEED_ADMIN), "admin", "admin", password=weak))

        report = imported().report

        assert told(report) == [("users", "admin", "adjusted", "default-password")]
        assert contents(app)["user"][0]["must_change_password"] is True

    def test_a_second_factor_and_a_foreign_hash_are_reported_as_lost(self, app, source, imported):
        factor = f"INSERT INTO two_factor_auth VALUES ('a', '{ADA}', 'x', true, now(), now())"
        costly = HASH.replace("$04$", "$31$")
        source.run(user(ADA, "ada"), factor, user(BOB, "bob", password="md5"), user(EVE, "eve", password=costly))

        report = imported().report

        assert told(report) == [
            ("users", "ada", "adjusted", "second-factor"),
            ("users", "bob", "adjusted", "no-password"),
            ("users", "eve", "adjusted", "no-password"),
        ]
        assert [row["password"] for row in contents(app)["user"]] == [HASH, "", ""]

    def test_a_password_here_stays_if_the_source_has_none(self, app, source, imported):
        source.run(user(ADA, "ada"))
        imported()
        source.run("""UPDATE "user" SET password = 'md5', display_name = 'Countess'""")

        assert imported(update=True).report.changed() == 1
        assert imported(update=True).report.changed() == 0
        (ada,) = contents(app)["user"]
        assert (ada["password"], ada["display_name"]) == (HASH, "Countess")


class TestWhatDiffers:
    def test_it_is_kept_and_reported(self, app, source, imported):
        source.run(*WORLD)
        imported()
        with app.app_context():
            accounts.update_user(OPERATOR, BOB, role="view-only")
            websites.update_website(OPERATOR, SITE, name="Ours")
        before = contents(app)

        report = imported().report

        assert contents(app) == before
        assert told(report) == [("users", "bob", "kept", "differs"), ("websites", "Site", "kept", "differs")]

    def test_with_update_it_becomes_as_in_the_source(self, app, source, imported):
        source.run(*WORLD)
        imported()
        source.run(
            f"""UPDATE "user" SET username = 'bert', role = 'view-only' WHERE user_id = '{BOB}'""",
            f"""UPDATE "user" SET password = '{HASH[:-1]}x' WHERE user_id = '{BOB}'""",
            "UPDATE team SET name = 'Navy'",
            f"UPDATE team_user SET role = 'team-manager' WHERE user_id = '{BOB}'",
            f"UPDATE website SET domain = 'new.example', team_id = NULL, user_id = '{BOB}'",
            "UPDATE share SET name = 'Renamed'",
        )

        report = imported(update=True).report

        here = contents(app)
        assert report.remarks == []
        assert report.changed() == 5
        bob = here["user"][1]
        assert (bob["username"], bob["role"], bob["password"][-1]) == ("bert", "view-only", "x")
        assert (here["team"][0]["name"], here["team_user"][1]["role"]) == ("Navy", "team-manager")
        assert (here["website"][0]["domain"], here["website"][0]["user_id"]) == ("new.example", BOB)
        assert here["share"][0]["name"] == "Renamed"
        assert imported(update=True).report.changed() == 0

    def test_the_last_administrator_is_not_demoted(self, app, source, imported):
        source.run(*WORLD)
        imported()
        source.run(f"""UPDATE "user" SET role = 'user' WHERE user_id = '{ADA}'""")

        report = imported(update=True).report

        assert told(report) == [("users", "Ada", "skipped", "last-admin")]
        assert contents(app)["user"][0]["role"] == "admin"

    def test_what_was_deleted_here_does_not_come_back(self, app, source, imported, admin):
        source.run(*WORLD)
        imported()
        with app.app_context():
            accounts.delete_user(OPERATOR, BOB)

        report = imported(update=True).report

        assert ("users", "bob", "skipped", "deleted-here") in told(report)


class TestSource:
    @pytest.mark.parametrize("release", RELEASES)
    def test_every_release_is_recognized(self, app, release, tmp_path: Path):
        if not postgresql_version():
            pytest.skip("PostgreSQL is not reachable")
        with fresh_database("postgresql", tmp_path) as url:
            Source(url).run(*statements(release), user(ADA, "ada"))
            with app.app_context():
                imported = import_umami(OPERATOR, f"{url}?schema=public&connection_limit=5", Options())

        assert (imported.release, imported.report.changed()) == (release, 1)

    def test_the_source_is_not_changed(self, source, imported):
        source.run(*WORLD)
        before = [source.run(f'SELECT * FROM "{name}" ORDER BY 1') for name in ("user", "team", "website", "share")]

        imported()

        after = [source.run(f'SELECT * FROM "{name}" ORDER BY 1') for name in ("user", "team", "website", "share")]
        assert after == before

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("mysql://localhost/umami", "the URL must begin with postgresql://"),
            ("postgresql://localhost/umami?schema=a;b", "the name of the schema is not valid"),
        ],
    )
    def test_a_wrong_url_says_what_is_wrong(self, app, url, reason):
        with app.app_context(), pytest.raises(SourceUnusable) as caught:
            import_umami(OPERATOR, url, Options())

        assert caught.value.reason == reason

    def test_another_database_is_rejected(self, app, source):
        with app.app_context(), pytest.raises(SourceUnusable) as caught:
            import_umami(OPERATOR, f"{source.url}?schema=pg_catalog", Options())

        assert "not one of Umami 3.1 or later" in caught.value.reason
