"""``frontdesk users …``"""

import re
from uuid import UUID

import pyotp
import pytest

from app.cli.passwords import read_password
from tests.cli.conftest import NO_ADDRESS, configured, unknown
from tests.conftest import Person

ANOTHER = "Make another user an administrator first: frontdesk users update USER --role admin"
GONE = f"Error: {unknown('user')}\n"
PROFILE = [
    "email",
    "display_name",
    "last_seen_at",
    "pending",
    "disabled_at",
    "must_change_password",
    "service_account",
    "external_id",
]
KEYS = ["id", "username", "role", "created_at"]


@pytest.fixture
def ada(make_user) -> Person:
    return make_user("ada")


class TestCreate:
    def test_an_account_with_a_made_up_password_can_log_in(self, printed, anonymous):
        made = printed("users", "create", "ada", "--role", "view-only", "--generate")

        assert list(made) == [*KEYS, "password"]
        assert (made["username"], made["role"]) == ("ada", "view-only")
        login = anonymous.post("/api/auth/login", json={"username": "ada", "password": made["password"]})
        assert login.json["user"]["id"] == made["id"]

    def test_a_password_from_standard_input_is_taken_whole_and_not_shown(self, run, anonymous):
        done = run("users", "create", "ada", "--password-stdin", stdin=" two words \r\n")

        assert done.exit_code == 0
        assert "two words" not in done.output
        login = anonymous.post("/api/auth/login", json={"username": "ada", "password": " two words "})
        assert login.status_code == 200

    def test_the_role_is_user_and_the_id_may_be_chosen(self, printed):
        chosen = "0190a6f3-5d0e-7c3b-9d6e-2f6a1c0b7e55"

        made = printed("users", "create", "ada", "--id", chosen, "--password-stdin", stdin="correct horse")

        assert list(made) == KEYS
        assert (made["id"], made["role"]) == (chosen, "user")

    @pytest.mark.parametrize(
        ("name", "password", "code", "message"),
        [
            ("ADA", "correct horse", 5, "User already exists"),
            ("bob", "short", 6, "The password must have at least 8 characters."),
            ("bob", "x" * 73, 6, "The password must have at most 72 bytes in UTF-8."),
            ("bob", "", 6, "The password must have at least 8 characters."),
            (" ", "correct horse", 6, "The username must have at least 1 character."),
        ],
        ids=["taken", "short password", "long password", "no password", "no name"],
    )
    def test_what_breaks_a_rule_is_refused_in_one_line(
        self, run, ada, name: str, password: str, code: int, message: str
    ):
        done = run("users", "create", name, "--password-stdin", stdin=password)

        assert (done.exit_code, done.stdout, done.stderr) == (code, "", f"Error: {message}\n")


class TestList:
    def test_newest_first_with_their_websites_counted(self, printed, ada, admin, make_website):
        make_website(owner=ada)

        page = printed("users", "list")

        assert list(page) == ["data", "count"]
        assert [list(row) for row in page["data"]] == [[*KEYS, "website_count", "disabled_at"]] * 2
        assert [(row["username"], row["website_count"]) for row in page["data"]] == [("admin", 0), ("ada", 1)]

    def test_search_finds_by_e_mail_address_and_display_name_too(self, printed, ada, make_user):
        make_user("bob")
        printed("users", "set-email", "ada", "countess@example.com")
        printed("users", "set-display-name", "bob", "The Count")

        found = printed("users", "list", "--search", "COUNT")

        assert [row["username"] for row in found["data"]] == ["bob", "ada"]

    def test_search_and_pages(self, printed, make_user):
        for name in ("anna", "joanna", "bob"):
            make_user(name)

        page = printed("users", "list", "--search", " ANNA ", "--page", 2, "--page-size", 1)

        assert [row["username"] for row in page["data"]] == ["anna"]
        assert page["count"] == 2


class TestShow:
    @pytest.mark.parametrize("name", ["ada", "ADA", "Ada", "id"])
    def test_by_name_in_any_case_or_by_id(self, printed, ada, name: str):
        found = printed("users", "show", str(ada.id).upper() if name == "id" else name)

        assert list(found) == [*KEYS, *PROFILE]
        assert UUID(found["id"]) == ada.id

    @pytest.mark.parametrize("name", ["ADA@example.com", "ada@EXAMPLE.com", "Ada Lövelace", "ADA LÖVELACE"])
    def test_by_e_mail_address_or_display_name_in_any_case(self, printed, name: str):
        made = printed(
            *("users", "create", "ada", "--generate"),
            *("--email", "ada@example.com", "--display-name", "Ada Lövelace"),
        )

        assert printed("users", "show", name)["id"] == made["id"]

    def test_a_display_name_that_several_have_lists_their_ids(self, run, printed, ada, make_user):
        ids = sorted(str(person.id) for person in (ada, make_user("bob")))
        for name in ("ada", "bob"):
            printed("users", "set-display-name", name, "The Boss")

        done = run("users", "show", "the boss")

        assert (done.exit_code, done.output) == (
            5,
            f"Error: More than one user has that name. Use the id instead: {ids[0]}, {ids[1]}\n",
        )

    def test_nobody_hides_an_account_behind_a_display_name(self, printed, run, ada, make_user):
        make_user("bob")
        printed("users", "set-display-name", "bob", "ada")
        printed("users", "set-display-name", "ada", "Somebody")

        assert printed("users", "show", "ada")["username"] == "ada"
        assert run("users", "delete", "Somebody", "--yes").exit_code == 4


class TestRename:
    def test_the_account_is_called_otherwise_and_its_logins_go_on(self, printed, run, ada, client_of, anonymous):
        client = client_of(ada)

        renamed = printed("users", "set-username", "ADA", " countess ")

        assert list(renamed) == KEYS
        assert (renamed["id"], renamed["username"]) == (str(ada.id), "countess")
        assert client.get("/api/me").json["user"]["username"] == "countess"
        credentials = {"username": "countess", "password": ada.password}
        assert anonymous.post("/api/auth/login", json=credentials).status_code == 200
        assert run("users", "show", "ada").exit_code == 4

    def test_a_display_name_is_set_and_taken_away(self, printed, ada):
        assert printed("users", "set-display-name", "ada", "Ada L.")["display_name"] == "Ada L."
        assert printed("users", "set-display-name", "ada", "")["display_name"] is None


class TestUpdate:
    def test_several_values_at_once(self, printed, ada):
        changed = printed(
            "users", "update", "ada", "--username", "countess", "--email", "c@example.com", "--role", "view-only"
        )

        assert list(changed) == [*KEYS, "email", "display_name", "must_change_password"]
        assert changed["id"] == str(ada.id)
        assert [changed[name] for name in ("username", "email", "role")] == ["countess", "c@example.com", "view-only"]

    def test_what_is_not_named_stays_and_what_is_empty_goes(self, printed, ada):
        printed("users", "update", "ada", "--email", "a@example.com", "--display-name", "Ada L.")

        changed = printed("users", "update", "ada", "--email", "")

        assert (changed["email"], changed["display_name"]) == (None, "Ada L.")

    def test_nothing_to_change_is_wrong_usage(self, run, ada):
        done = run("users", "update", "ada")

        assert done.exit_code == 2
        assert (
            "Nothing to change: specify --username, --email, --display-name, --role or --must-change-password."
            in done.stderr
        )


class TestResetLink:
    @pytest.mark.parametrize("public_url", ["https://stats.example.com/desk", ""], ids=["told", "untold"])
    def test_it_is_whole_where_the_settings_say_how_it_begins(self, app, run, printed, ada, anonymous, public_url: str):
        with configured(app, public_url=public_url):
            done, told = run("users", "reset-link", "ada"), printed("users", "reset-link", "ada")

        assert re.fullmatch(r"/reset-password/[0-9a-f]{32}", told["path"])
        assert told == {
            "ok": True,
            "username": "ada",
            "link": public_url + told["path"] if public_url else None,
            "path": told["path"],
        }
        assert done.exit_code == 0
        assert re.fullmatch(rf"{public_url}/reset-password/[0-9a-f]{{32}}\n", done.stdout)
        assert done.stderr == ("" if public_url else NO_ADDRESS)
        assert anonymous.get(told["path"]).status_code == 200


class TestSetPassword:
    def test_the_password_is_new_and_all_logins_end(self, run, ada, client_of, anonymous):
        client = client_of(ada)

        done = run("users", "set-password", "ADA", "--password-stdin", stdin="battery staple\n")

        assert (done.exit_code, done.output) == (0, "Changed the password of ada.\n")
        assert client.get("/api/me").status_code == 401
        credentials = {"username": "ada", "password": "battery staple"}
        assert anonymous.post("/api/auth/login", json=credentials).status_code == 200

    def test_a_lost_admin_password_is_replaced(self, printed, admin, anonymous):
        made = printed("users", "set-password", "admin", "--generate")

        assert list(made) == ["username", "password"]
        assert anonymous.post("/api/auth/login", json=made).json["user"]["isAdmin"] is True

    def test_a_generated_one_reads_the_same_in_a_spreadsheet_and_as_an_argument(self):
        made = {read_password(password_stdin=False, generate=True)[0] for _ in range(200)}

        assert len(made) == 200
        assert all(len(password) == 16 and password.isalnum() and password.isascii() for password in made)

    def test_standard_input_says_that_it_is_done(self, printed, ada):
        said = printed("users", "set-password", "ada", "--password-stdin", stdin="battery staple")

        assert said == {"ok": True, "username": "ada"}


class TestSetRole:
    def test_the_role_is_new(self, printed, ada):
        assert printed("users", "set-role", "ada", "admin")["role"] == "admin"
        assert printed("users", "show", "ada")["role"] == "admin"

    def test_the_last_administrator_stays_one(self, run, admin):
        done = run("users", "set-role", "admin", "user")

        assert (done.exit_code, done.output) == (5, f"Error: The last administrator cannot be demoted. {ANOTHER}\n")


class TestDelete:
    def test_it_asks_first(self, run, ada):
        done = run("users", "delete", "ada", typed="n\n")

        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.startswith("Delete ada? [y/N]: ")
        assert run("users", "show", "ada").exit_code == 0

    def test_a_yes_deletes(self, run, ada):
        done = run("users", "delete", "ADA", typed="y\n")

        assert (done.exit_code, done.stdout) == (0, "Deleted ada.\n")
        assert run("users", "show", "ada").output == GONE

    def test_websites_may_pass_to_somebody(self, printed, ada, make_user, make_website):
        website = make_website(owner=ada)
        bob = make_user("bob")

        said = printed("users", "delete", "ada", "--yes", "--transfer-to", "Bob")

        assert said == {"ok": True, "id": str(ada.id)}
        assert printed("websites", "show", website)["user_id"] == str(bob.id)

    def test_the_last_administrator_cannot_go(self, run, admin):
        done = run("users", "delete", "admin", "--yes")

        assert (done.exit_code, done.output) == (5, f"Error: The last administrator cannot be deleted. {ANOTHER}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nobody"),
        ("set-password", "nobody", "--generate"),
        ("set-role", "nobody", "user"),
        ("delete", "nobody", "--yes"),
        ("show", "0190a6f3-5d0e-7c3b-9d6e-2f6a1c0b7e55"),
    ],
    ids=" ".join,
)
def test_nobody_is_refused(run, arguments: tuple[str, ...]):
    done = run("users", *arguments)

    assert (done.exit_code, done.output) == (4, GONE)


class TestResetSecondFactor:
    def test_a_lost_phone_is_no_longer_asked_for(self, printed, ada, client_of):
        client = client_of(ada)
        secret = client.post("/api/2fa/setup/initiate").json["manualKey"]
        client.post("/api/2fa/setup/confirm", json={"token": pyotp.TOTP(secret).now()})

        removed = printed("users", "reset-2fa", "ada", "--yes")

        assert removed == {"ok": True, "username": "ada", "removed": True}
        assert client.get("/api/2fa/status").json["isEnabled"] is False
        assert printed("users", "reset-2fa", "ada", "--yes")["removed"] is False

    def test_it_is_asked_for(self, run, ada):
        done = run("users", "reset-2fa", "ada", typed="n\n")

        assert done.exit_code == 1
        assert "The password alone will be enough to log in." in done.output
