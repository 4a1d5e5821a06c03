"""Importing from a Matomo through its API."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from flask import Flask

from app.db.session import db
from app.domain.actor import OPERATOR
from app.domain.errors import Denied, LastAdmin, MailNotConfigured, SourceUnusable
from app.models import (
    AuditEvent,
    Grant,
    GrantedCapability,
    Invitation,
    OutboxMail,
    User,
    Website,
    WebsiteNumber,
    WebsiteProfile,
)
from app.security.link_tokens import FOR_INVITATION
from app.security.tokens import hash_token
from app.services import housekeeping
from app.services.importing import numbers
from app.services.importing import run as import_run
from app.services.importing.matomo import Invitations, import_matomo
from app.services.importing.report import Kind, Outcome
from app.services.importing.run import Options
from app.services.invitations import accept, manage
from app.services.users import accounts
from app.services.websites import moving, websites
from tests.actors import acting
from tests.listening import stored
from tests.services.importing.fake_matomo import TOKEN, FakeMatomo, site, user
from tests.services.importing.results import rows_of, told

COPIED = (User, Invitation, Website, WebsiteNumber, WebsiteProfile, Grant, GrantedCapability, OutboxMail, AuditEvent)
FREE = 1_000
"""So far beyond the last number of a website are those of the sites, which other tests cannot have had."""


def contents(app: Flask) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of the tables that an import writes, by the names of their tables."""
    return rows_of(app, COPIED)


def fill(matomo: FakeMatomo, first: int) -> None:
    """Two sites, ``first`` and the next one, a superuser, and two users with access."""
    matomo.users = [user("root", superuser_access=1), user("ada"), user("bob")]
    matomo.sites = [site(first, "Shop", creator_login="ada"), site(first + 1, "Blog & Co", "https://www.blog.example")]
    matomo.access = {
        "view": {"ada": [first]},
        "admin": {"bob": [first, first + 1]},
        "tagmanager_write": {"ada": [first], "bob": [first]},
    }


@pytest.fixture
def first(app: Flask) -> int:
    """A number that no website has had, nor has a larger one."""
    with app.app_context():
        return numbers.last_given() + FREE


@pytest.fixture
def filled(matomo: FakeMatomo, first: int, admin: Any) -> FakeMatomo:
    fill(matomo, first)
    return matomo


def token_of(app: Flask, name: str) -> str:
    """Return the token of the link that was mailed to a user."""
    here = contents(app)
    user_id = next(row["user_id"] for row in here["user"] if row["username"] == name)
    (row,) = (row for row in here["invitation"] if row["user_id"] == user_id)
    token = app.extensions["frontdesk"].link_tokens.derive(FOR_INVITATION, row["invitation_id"], row["nonce"])
    assert hash_token(token) == row["token_hash"]
    return str(token)


class TestWhatIsTaken:
    def test_users_are_pending_and_keep_login_address_and_date(self, mailing, filled, taken):
        done = taken()

        ada = next(row for row in contents(mailing)["user"] if row["username"] == "ada")
        assert (ada["email"], ada["role"], ada["pending"], ada["password"]) == ("ada@example.com", "user", True, "")
        assert str(ada["created_at"]) == "2024-05-06 07:08:09+00:00"
        assert done.release == "5.2.0"
        assert told(done.report) == [("users", "root", "adjusted", "superuser")]

    def test_each_user_gets_one_mail_with_a_link_that_sets_a_password(self, mailing, filled, taken, anonymous):
        done = taken()

        mails = contents(mailing)["outbox_mail"]
        assert (done.mailed, done.not_mailed) == (3, 0)
        assert sorted((mail["kind"], mail["recipient"]) for mail in mails) == [
            ("invitation", f"{name}@example.com") for name in ("ada", "bob", "root")
        ]
        link = f"/invitations/{token_of(mailing, 'ada')}"
        fields = {"action": "accept", "password": "a new one for Ada", "repeat": "a new one for Ada"}
        anonymous.post(link, data=fields)
        login = anonymous.post("/api/auth/login", json={"username": "ada", "password": "a new one for Ada"})
        assert login.status_code == 200

    def test_sites_keep_number_name_urls_creator_and_date(self, mailing, filled, taken, first, admin):
        taken()

        here = contents(mailing)
        shop = next(row for row in here["website"] if row["name"] == "Shop")
        blog = next(row for row in here["website"] if row["name"] == "Blog & Co")
        ada = next(row["user_id"] for row in here["user"] if row["username"] == "ada")
        assert (shop["domain"], shop["user_id"], shop["created_by"]) == (f"site{first}.example", admin.id, ada)
        assert str(shop["created_at"]) == "2023-01-02 03:04:05+00:00"
        assert {row["website_id"]: row["number"] for row in here["website_number"]} == {
            shop["website_id"]: first,
            blog["website_id"]: first + 1,
        }
        profile = next(row for row in here["website_profile"] if row["website_id"] == blog["website_id"])
        assert profile["urls"] == [f"https://site{first + 1}.example", "https://www.blog.example"]
        assert profile["settings"] == {}

    def test_settings_that_differ_from_the_defaults_are_kept(self, mailing, matomo, taken, first, admin):
        given = {"ecommerce": 1, "sitesearch": "0", "timezone": "Europe/Berlin", "currency": "EUR", "group": "Press"}
        lists = {"excluded_ips": "1.2.3.*,10.0.0.0/8", "excluded_parameters": "a, b", "keep_url_fragment": "2"}
        matomo.sites = [site(first, **given, **lists)]

        done = taken()

        (profile,) = contents(mailing)["website_profile"]
        assert done.report.remarks == []
        assert profile["settings"] == {
            "ecommerce": True,
            "site_search": False,
            "timezone": "Europe/Berlin",
            "currency": "EUR",
            "group": "Press",
            "excluded_ips": ["1.2.3.*", "10.0.0.0/8"],
            "excluded_parameters": ["a", "b"],
            "keep_url_fragments": 2,
        }

    def test_access_becomes_grants_with_the_capabilities_that_roles_do_not_imply(self, mailing, filled, taken, first):
        taken()

        here = contents(mailing)
        names = {row["user_id"]: row["username"] for row in here["user"]}
        numbered = {row["website_id"]: row["number"] for row in here["website_number"]}
        assert sorted((names[g["user_id"]], numbered[g["website_id"]], g["role"]) for g in here["website_grant"]) == [
            ("ada", first, "view"),
            ("bob", first, "admin"),
            ("bob", first + 1, "admin"),
        ]
        (extra,) = here["website_capability"]
        assert (names[extra["user_id"]], extra["capability"]) == ("ada", "tagmanager_write")

    def test_grants_stay_when_the_invitation_is_accepted(self, mailing, filled, taken, first):
        taken()
        before = contents(mailing)["website_grant"]

        with mailing.app_context():
            accept.accept(OPERATOR, token_of(mailing, "ada"), "a new one for Ada")

        assert contents(mailing)["website_grant"] == before

    def test_each_change_is_an_event(self, mailing, filled, taken, first):
        taken()

        found = [row["action"] for row in contents(mailing)["audit_event"] if row["actor_name"] == "operator"]
        expected = {"grants-changed": 3, "invitation-created": 3, "user-created": 4, "website-created": 2}
        assert {action: found.count(action) for action in found} == expected  # the administrator is a user, too

    def test_superusers_become_administrators_if_asked_for(self, mailing, filled, taken, first):
        done = taken(superusers=True)

        root = next(row for row in contents(mailing)["user"] if row["username"] == "root")
        assert done.report.remarks == []
        assert (root["role"], root["pending"]) == ("admin", True)
        with mailing.app_context():
            accept.accept(OPERATOR, token_of(mailing, "root"), "a new one for root")
            assert accounts.find_user(OPERATOR, "root").role == "admin"

    def test_an_administrator_who_has_not_accepted_is_none_yet(self, mailing, filled, taken, first, admin):
        taken(superusers=True)

        with mailing.app_context(), pytest.raises(LastAdmin):
            accounts.update_user(OPERATOR, admin.id, role="user")

    def test_only_methods_that_read_are_called_and_the_token_is_in_no_url(self, mailing, filled, taken, first):
        taken()

        methods = {query["method"].partition(".")[2] for query in filled.asked}
        assert methods == {
            "hasSuperUserAccess",
            "getMatomoVersion",
            "getUsers",
            "getSitesWithAdminAccess",
            "getAvailableCapabilities",
            "getUsersSitesFromAccess",
        }
        for path, headers, _ in filled.receiver.requests:
            assert TOKEN not in path + str(headers)
        assert {query["filter_limit"] for query in filled.asked} == {"-1"}


class TestRepeating:
    def test_a_second_run_changes_nothing_and_mails_no_one(self, mailing, filled, taken, first):
        taken()
        before = stored(mailing)

        done = taken(update=True)

        assert stored(mailing) == before
        assert (done.report.changed(), done.mailed, done.report.remarks) == (0, 0, [])
        assert done.report.of(Kind.USERS)["unchanged"] == 3

    def test_all_spellings_of_the_url_are_the_same_source(self, mailing, filled, taken, first):
        taken()
        before = stored(mailing)

        with mailing.app_context():
            for url in (filled.url.rstrip("/"), f"{filled.url}index.php"):
                import_matomo(OPERATOR, url, TOKEN, Options(), Invitations())

        assert stored(mailing) == before

    def test_another_url_is_another_source(self, mailing, filled, taken, first):
        taken()

        with mailing.app_context():
            done = import_matomo(OPERATOR, filled.url + "other", TOKEN, Options(), Invitations())

        assert done.report.of(Kind.WEBSITES)["created"] == 2
        assert {code for *_, code in told(done.report)} == {"username-taken", "number", "unknown-reference"}

    def test_unless_it_is_known_as_the_first(self, mailing, filled, taken, first):
        taken()
        before = stored(mailing)

        with mailing.app_context():
            import_matomo(OPERATOR, filled.url + "other", TOKEN, Options(), Invitations(), known_as=filled.url)

        assert stored(mailing) == before

    @pytest.mark.parametrize("after", range(1, 8))
    def test_an_import_that_was_killed_is_completed_by_the_next_one(
        self, mailing, filled, taken, first, monkeypatch, after
    ):
        monkeypatch.setattr(import_run, "AT_ONCE", 1)
        passed = 0

        def kill(_kind: object, done: int, _total: object) -> None:
            nonlocal passed
            passed += done > 0
            if passed == after:
                raise KeyboardInterrupt

        with mailing.app_context(), pytest.raises(KeyboardInterrupt):
            import_matomo(OPERATOR, filled.url, TOKEN, Options(), Invitations(), on_progress=kill)
        taken()

        here = contents(mailing)
        counts = {name: len(here[name]) for name in ("user", "invitation", "outbox_mail", "website", "website_grant")}
        assert counts == {"user": 4, "invitation": 3, "outbox_mail": 3, "website": 2, "website_grant": 3}
        assert [row["number"] for row in here["website_number"]] == [first, first + 1]

    def test_what_is_new_there_is_added(self, mailing, filled, taken, first):
        taken()
        filled.users.append(user("eve"))
        filled.sites.append(site(first + 5))
        filled.access["view"]["eve"] = [first + 5]

        done = taken()

        assert (done.report.changed(), done.mailed) == (3, 1)
        assert contents(mailing)["website_number"][-1]["number"] == first + 5

    def test_what_differs_is_kept_or_with_update_becomes_as_there(self, mailing, filled, taken, first):
        taken()
        filled.users[1] |= {"login": "Ada", "email": "ada@other.example"}
        filled.sites[0]["name"] = "Store"
        filled.access["view"] = {}
        filled.access["write"] = {"ada": [first]}

        assert told(taken().report) == [
            ("users", "Ada", "kept", "differs"),
            ("websites", "Store", "kept", "differs"),
            ("grants", f"write on site {first} for ada", "kept", "differs"),
        ]
        assert taken(update=True).report.changed() == 3
        assert taken(update=True).report.changed() == 0
        here = contents(mailing)
        ada = next(row for row in here["user"] if row["username"] == "Ada")
        assert ada["email"] == "ada@other.example"
        assert [mail["recipient"] for mail in here["outbox_mail"]][-1] == "ada@other.example"
        assert {row["name"] for row in here["website"]} == {"Store", "Blog & Co"}

    def test_what_matomo_does_not_say_stays_as_it_is_here(self, mailing, filled, taken, first, make_user):
        taken()
        eve = make_user("eve")
        with mailing.app_context():
            ada = accounts.find_user(OPERATOR, "ada").id
            accounts.update_user(OPERATOR, ada, display_name="Ada Lovelace")
            shop = websites.find_website(OPERATOR, "Shop").id
            websites.update_website(OPERATOR, shop, replay_enabled=True)
            moving.move_website(OPERATOR, shop, user_id=eve.id)
        before = stored(mailing)

        done = taken(update=True)

        assert (done.report.changed(), done.report.remarks) == (0, [])
        assert stored(mailing) == before

    def test_a_superuser_who_is_an_administrator_here_stays_one(self, mailing, filled, taken, first):
        taken(superusers=True)

        assert taken(update=True).report.changed() == 0

    @pytest.mark.parametrize("superuser", [0, 1])
    def test_an_administrator_here_cannot_be_taken_over_from_there(self, mailing, filled, taken, first, superuser):
        taken()
        with mailing.app_context():
            accept.accept(OPERATOR, token_of(mailing, "ada"), "a new one for Ada")
            ada = accounts.find_user(OPERATOR, "ada")
            accounts.update_user(OPERATOR, ada.id, role="admin")
        filled.users[1] |= {"login": "Ada", "email": "mallory@other.example", "superuser_access": superuser}
        before = stored(mailing)

        done = taken(update=True)

        assert told(done.report)[0] == ("users", "Ada", "adjusted", "administrator")
        assert stored(mailing) == before
        taken(update=True, superusers=True)
        with mailing.app_context():
            ada = accounts.find_user(OPERATOR, "ada")
        assert (ada.username, ada.email) == ("Ada", "mallory@other.example")
        assert ada.role == ("admin" if superuser else "user")

    def test_a_role_that_matomo_does_not_have_stays(self, mailing, filled, taken, first):
        taken()
        with mailing.app_context():
            accept.accept(OPERATOR, token_of(mailing, "ada"), "a new one for Ada")
            accounts.update_user(OPERATOR, accounts.find_user(OPERATOR, "ada").id, role="view-only")

        done = taken(update=True)

        assert (done.report.changed(), done.report.remarks) == (0, [])
        taken(update=True, superusers=True)
        with mailing.app_context():
            assert accounts.find_user(OPERATOR, "ada").role == "view-only"

    def test_superusers_can_be_made_administrators_later(self, mailing, filled, taken, first):
        taken()

        assert told(taken(superusers=True).report) == [("users", "root", "kept", "differs")]
        assert taken(superusers=True, update=True).report.changed() == 1
        root = next(row for row in contents(mailing)["user"] if row["username"] == "root")
        assert root["role"] == "admin"

    def test_a_user_who_declined_is_not_invited_again(self, mailing, filled, taken, first):
        taken()
        with mailing.app_context():
            accept.decline(OPERATOR, token_of(mailing, "ada"))

        done = taken()

        assert done.mailed == 0
        assert ("users", "ada", "skipped", "deleted-here") in told(done.report)

    def test_an_account_that_took_the_place_of_one_who_declined_gets_the_access(
        self, mailing, filled, taken, first, make_user
    ):
        taken()
        with mailing.app_context():
            accept.decline(OPERATOR, token_of(mailing, "ada"))
        mine = make_user("ada")

        done = taken(same_names=True)

        assert ("users", "ada", "matched", "matched") in told(done.report)
        assert mine.id in {row["user_id"] for row in contents(mailing)["website_grant"]}


class TestMail:
    def test_without_a_mail_server_nothing_is_read_or_written(self, app, filled, taken, first):
        before = stored(app)

        with pytest.raises(MailNotConfigured):
            taken()

        assert (stored(app), filled.asked) == (before, [])

    def test_without_mail_users_get_invitations_without_a_link(self, mailing, filled, taken, first):
        done = taken(mail=False)

        here = contents(mailing)
        assert (done.mailed, done.not_mailed) == (0, 3)
        assert here["outbox_mail"] == []
        assert {row["token_hash"] for row in here["invitation"]} == {None}

    def test_they_are_mailed_by_the_next_import_that_mails_and_only_once(self, mailing, filled, taken, first):
        taken(mail=False)

        assert taken().mailed == 3
        assert taken().mailed == 0
        assert len(contents(mailing)["outbox_mail"]) == 3
        token_of(mailing, "ada")

    def test_they_can_be_mailed_long_after_their_links_would_have_expired(self, mailing, filled, taken, first):
        taken(mail=False)

        with time_machine.travel(datetime.now(UTC) + timedelta(days=200), tick=True), mailing.app_context():
            assert housekeeping.count_expired(OPERATOR)["invitations"] == 0
            assert housekeeping.purge(OPERATOR)["invitations"] == 0
            assert taken().mailed == 3
            assert accept.find(OPERATOR, token_of(mailing, "ada")).username == "ada"

    def test_a_link_that_was_handed_over_meanwhile_stays_valid(self, mailing, filled, taken, first):
        taken(mail=False)
        with mailing.app_context():
            view = manage.find_invitation(OPERATOR, "ada")
            token = manage.make_link(OPERATOR, view.id)

            assert taken().mailed == 2
            assert accept.find(OPERATOR, token).username == "ada"

    def test_a_user_without_an_address_is_invited_without_a_mail(self, mailing, matomo, taken, admin):
        matomo.users = [user("ada", email=None), user("bob", email="")]

        done = taken()

        assert (done.mailed, done.not_mailed) == (0, 2)
        assert told(done.report) == [("users", name, "adjusted", "no-email") for name in ("ada", "bob")]
        assert taken().mailed == 0


class TestWhatIsNotTaken:
    def test_anonymous_is_skipped_with_its_access(self, mailing, filled, taken, first):
        filled.users.insert(0, user("anonymous", email="anonymous@example.org"))
        filled.access["view"]["anonymous"] = [first]

        assert told(taken().report)[0] == ("users", "anonymous", "skipped", "anonymous")
        assert "anonymous" not in {row["username"] for row in contents(mailing)["user"]}

    def test_names_and_addresses_that_break_a_rule_are_skipped_and_their_access_too(
        self, mailing, matomo, taken, first, admin
    ):
        matomo.users = [
            user("a\u200bda"),
            user("bob", email="bob@[127.0.0.1]"),
            user("eve", email="grace@example.com"),
            user("grace"),
            user("admin"),
        ]
        matomo.sites = [site(first)]
        matomo.access = {"view": {"bob": [first], "eve": [first], "unknown": [first]}, "write": {"grace": [999_999]}}

        assert told(taken().report) == [
            ("users", "a\u200bda", "skipped", "invisible-characters"),
            ("users", "bob", "skipped", "invalid-email"),
            ("users", "grace", "skipped", "email-taken"),
            ("users", "admin", "skipped", "username-taken"),
            ("grants", f"view on site {first} for bob", "skipped", "unknown-reference"),
            ("grants", f"view on site {first} for unknown", "skipped", "unknown-reference"),
            ("grants", "write on site 999999 for grace", "skipped", "unknown-reference"),
        ]

    def test_with_same_names_an_account_here_gets_the_access_and_no_invitation(
        self, mailing, filled, taken, first, make_user
    ):
        mine = make_user("ADA")

        done = taken(same_names=True)

        here = contents(mailing)
        assert ("users", "ada", "matched", "matched") in told(done.report)
        assert mine.id in {row["user_id"] for row in here["website_grant"]}
        assert mine.id not in {row["user_id"] for row in here["invitation"]}
        assert done.mailed == 2

    def test_a_second_factor_is_reported_as_lost(self, mailing, matomo, taken, admin):
        matomo.users = [user("ada", uses_2fa=True)]

        assert told(taken().report) == [("users", "ada", "adjusted", "second-factor")]

    def test_urls_types_and_time_zones_that_are_unknown_here_are_left_out(self, mailing, matomo, taken, first, admin):
        odd = {"type": "mobileapp", "timezone": "Mars/Base", "currency": "XXQ", "excluded_ips": "1.2.3.4,nonsense"}
        matomo.sites = [site(first, "App", "javascript:alert(1)", **odd)]

        done = taken()

        assert [one.reason for one in done.report.remarks] == [
            "the URL javascript:alert(1) is left out: not supported",
            "excluded ips has the default here: ['1.2.3.4', 'nonsense'] is not supported",
            "timezone has the default here: Mars/Base is not supported",
            "currency has the default here: XXQ is not supported",
            "type has the default here: mobileapp is not supported",
        ]
        (profile,) = contents(mailing)["website_profile"]
        assert (profile["urls"], profile["settings"]) == ([f"https://site{first}.example"], {})

    def test_a_site_without_a_name_is_skipped(self, mailing, matomo, taken, first, admin):
        matomo.sites = [site(first, " "), site(first + 1, "x" * 101)]

        assert [(name, code) for _, name, _, code in told(taken().report)] == [
            ("", "missing"),
            ("x" * 101, "bad-value"),
        ]

    def test_capabilities_that_are_unknown_here_are_reported_once(self, mailing, matomo, taken, first, admin):
        matomo.users, matomo.sites = [user("ada"), user("bob")], [site(first)]
        matomo.capabilities = [{"id": "goals_edit"}, {"id": "never_used"}]
        matomo.access = {"view": {"ada": [first], "bob": [first]}, "goals_edit": {"ada": [first], "bob": [first]}}

        done = taken()

        assert told(done.report) == [("grants", "goals_edit", "adjusted", "unknown-capability")]
        assert done.report.of(Kind.GRANTS)["created"] == 2

    def test_without_an_administrator_websites_need_an_owner(self, mailing, filled, taken, first, make_user):
        with mailing.app_context(), db.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE \"user\" SET role = 'user'")
        eve = make_user("eve")

        assert {code for kind, *_, code in told(taken().report) if kind == "websites"} == {"no-owner"}
        assert taken(owner_id=eve.id).report.of(Kind.WEBSITES)["created"] == 2
        assert {row["user_id"] for row in contents(mailing)["website"]} == {eve.id}


class TestNumbers:
    def test_a_number_that_was_given_before_is_replaced_and_reported(self, mailing, matomo, taken, admin, make_website):
        with mailing.app_context():
            websites.delete_website(OPERATOR, make_website(owner=admin))
            last = numbers.last_given()
        matomo.sites = [site(last, "Taken"), site(last + 1, "Free"), site(last + 3, "Later")]

        done = taken()

        here = contents(mailing)
        names = {row["website_id"]: row["name"] for row in here["website"]}
        assert {names[row["website_id"]]: row["number"] for row in here["website_number"] if row["number"] > last} == {
            "Free": last + 1,
            "Later": last + 3,
            "Taken": last + 4,
        }
        assert [one.reason for one in done.report.remarks] == [
            f"has the number {last + 4} here, because {last} is not free"
        ]

    def test_the_next_website_gets_the_next_number(self, mailing, matomo, taken, first, admin, make_website):
        matomo.sites = [site(first), site(first + 7)]
        taken()

        made = make_website(owner=admin)

        found = {row["website_id"]: row["number"] for row in contents(mailing)["website_number"]}
        assert found[made] == first + 8

    def test_a_huge_number_does_not_use_up_all_others(self, mailing, matomo, taken, admin):
        matomo.sites = [site(numbers.LARGEST + 1)]

        assert told(taken().report) == [("websites", "Site", "adjusted", "number")]

    def test_a_dry_run_uses_up_no_numbers(self, mailing, filled, taken, first):
        taken(dry_run=True)

        with mailing.app_context():
            assert numbers.last_given() == first - FREE

    def test_websites_that_are_created_meanwhile_get_other_numbers(
        self, mailing, matomo, taken, first, admin, make_website, monkeypatch
    ):
        monkeypatch.setattr(import_run, "AT_ONCE", 3)
        matomo.sites = [site(first + 2 * number) for number in range(30)]

        with ThreadPoolExecutor() as threads:
            made = [threads.submit(make_website, owner=admin) for _ in range(20)]
            done = taken()

        found = [row["number"] for row in contents(mailing)["website_number"]]
        assert len({one.result() for one in made}) == 20
        assert (len(found), done.report.of(Kind.WEBSITES)["created"]) == (50, 30)
        moved = [one for one in done.report.remarks if one.code == "number"]
        assert len({*found} & {first + 2 * number for number in range(30)}) >= 30 - len(moved)


class TestDryRun:
    def test_it_reports_the_same_and_writes_nothing(self, mailing, filled, taken, first):
        before = stored(mailing)

        trial = taken(dry_run=True)

        assert stored(mailing) == before
        real = taken()
        assert (trial.report.counts, trial.mailed) == (real.report.counts, real.mailed)
        assert told(trial.report) == told(real.report)

    def test_it_needs_no_mail_server(self, app, filled, taken, first):
        assert taken(dry_run=True).mailed == 3


@pytest.mark.slow
def test_ten_thousand_users_with_a_thousand_sites(mailing, matomo, taken, first, admin):
    matomo.users = [user(f"user{number}") for number in range(10_000)]
    matomo.sites = [site(first + number) for number in range(1_000)]
    matomo.access["view"] = {
        f"user{number}": [first + number % 1_000, first + number % 999] for number in range(10_000)
    }

    done = taken()

    counts = {kind: found["created"] for kind, found in done.report.by_kind().items()}
    assert counts == {"users": 10_000, "websites": 1_000, "grants": 20_000 - repeated(10_000)}
    assert (done.mailed, len(contents(mailing)["outbox_mail"])) == (10_000, 10_000)
    assert (taken(update=True).report.changed(), taken().mailed) == (0, 0)


def repeated(users: int) -> int:
    """Return how many users have the same site twice."""
    return sum(number % 1_000 == number % 999 for number in range(users))


class TestOddSources:
    @pytest.mark.parametrize("superuser", [False, None, 0, "no"], ids=str)
    def test_a_token_that_is_not_a_superusers_is_an_error(self, mailing, filled, taken, superuser):
        filled.superuser = superuser

        with pytest.raises(SourceUnusable, match="superuser access"):
            taken()

    @pytest.mark.parametrize("result", [None, "text", 1, {"value": False}, [1], [None], [["a"]]], ids=str)
    @pytest.mark.parametrize("method", ["users", "sites", "capabilities"])
    def test_results_of_another_kind_are_an_error_before_anything_is_written(
        self, mailing, filled, taken, first, method, result
    ):
        setattr(filled, method, result)
        before = stored(mailing)

        with pytest.raises(SourceUnusable, match="not what Matomo returns"):
            taken()

        assert stored(mailing) == before

    @pytest.mark.parametrize(
        "found", [None, "x", [1], {"ada": 1}, {"ada": ["x"]}, {"ada": [0]}, {"ada": [[1]]}], ids=str
    )
    def test_access_of_another_kind_is_an_error(self, mailing, filled, taken, first, found):
        filled.access["view"] = found

        with pytest.raises(SourceUnusable, match="getUsersSitesFromAccess"):
            taken()

    @pytest.mark.parametrize("login", [None, "", " ", True, [], {}], ids=str)
    def test_users_without_a_login_are_skipped(self, mailing, matomo, taken, admin, login):
        matomo.users = [{"login": login}, {}, user("ada")]

        done = taken()

        assert [one.id for one in done.report.remarks] == ["user 1", "user 2"]
        assert done.report.of(Kind.USERS) == {
            **dict.fromkeys(list(Outcome), 0),
            Outcome.CREATED: 1,
            Outcome.SKIPPED: 2,
        }

    def test_sites_without_a_number_and_rows_that_come_twice_are_skipped(self, mailing, matomo, taken, first, admin):
        matomo.users = [user("ada"), user("ADA")]
        matomo.sites = [{}, site(0), site(first), site(first), {"idsite": 2**31, "name": "Large"}]

        assert [(kind, code) for kind, _, _, code in told(taken().report)] == [
            ("users", "row-twice"),
            ("websites", "unreadable"),
            ("websites", "unreadable"),
            ("websites", "row-twice"),
            ("websites", "unreadable"),
        ]

    def test_numbers_as_texts_and_missing_fields_are_understood(self, mailing, matomo, taken, first, admin):
        matomo.users = {"0": {"login": 12, "superuser_access": "0"}, "1": {"login": "root", "superuser_access": "1"}}
        matomo.sites = [{"idsite": str(first), "name": "Bare"}]
        matomo.access = {"view": {"12": [str(first)]}}

        done = taken(superusers=True)

        here = contents(mailing)
        assert {row["username"]: row["role"] for row in here["user"]} == {
            "12": "user",
            "root": "admin",
            "admin": "admin",
        }
        assert (here["website"][0]["domain"], here["website_profile"]) == (None, [])
        assert done.report.of(Kind.GRANTS)["created"] == 1

    def test_a_user_with_several_roles_on_a_site_has_the_strongest(self, mailing, filled, taken, first):
        filled.access["view"]["bob"] = [first]

        taken()

        roles = {row["role"] for row in contents(mailing)["website_grant"] if row["user_id"] == bob_id(mailing)}
        assert roles == {"admin"}


def bob_id(app: Flask) -> UUID:
    return next(row["user_id"] for row in contents(app)["user"] if row["username"] == "bob")


def test_only_administrators_import(app, matomo, make_user):
    ada = make_user("ada")

    with app.app_context(), pytest.raises(Denied):
        import_matomo(acting(ada.id, "user", "ada"), matomo.url, TOKEN, Options(), Invitations())

    assert matomo.asked == []
