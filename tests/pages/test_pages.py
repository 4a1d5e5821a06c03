"""The pages behind the links: what they show, what they reject, and what they keep secret."""

import re
from io import BytesIO
from urllib.parse import quote
from uuid import uuid4

import pytest

from app.domain.actor import OPERATOR
from app.domain.errors import Unavailable
from app.pages.style import FILE
from app.services.authentication import hashing, password_resets
from app.services.invitations import accept, manage
from app.services.users import accounts
from tests.cli.conftest import configured
from tests.http.apps import other_app
from tests.http.logbook import logging_of
from tests.pages.reading import read
from tests.racing import at_once
from tests.services.invitations.conftest import PASSWORD

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
}
FORM = {"action": "accept", "password": PASSWORD, "repeat": PASSWORD}
HOSTILE = "\"><script>alert('x')</script><b onmouseover=alert(1)>&amp;{{999*999}}{% raw %}'"
GONE = "This link is no longer valid"


@pytest.fixture
def made(admin, invite):
    return invite(admin.actor, username="ada", email="ada@example.org")


@pytest.fixture
def path(made):
    return f"/invitations/{made.token}"


@pytest.fixture
def reset_token(app, admin):
    with app.app_context():
        return password_resets.make_link(admin.actor, admin.id)


def fault_of(page, field):
    """Return the error of a field, after checking that the field, the title and the summary refer to it."""
    box = page.one("input", name=field)
    assert box["aria-invalid"] == "true"
    described = [page.one("p", id=name).text for name in box["aria-describedby"].split()]
    assert page.one("title").text.startswith("Error: ")
    summary = next(element for element in page.elements if element["role"] == "alert")
    fault = described[-1].removeprefix("Error: ")
    assert fault in summary.text
    assert page.one("a", href=f"#{field}").text == fault
    return fault


class TestAnOpenInvitation:
    def test_it_says_who_invites_to_what(self, admin, anonymous, invite, make_website, make_team):
        site, team = make_website("Shop", owner=admin), make_team(admin, "Blue")
        made = invite(
            admin.actor,
            username="ada",
            grants=[{"website_id": site, "role": "write"}],
            teams=[{"team_id": team, "role": "team-member"}],
        )

        page = read(anonymous.get(f"/invitations/{made.token}"))

        assert page.heading == "You are invited"
        assert "admin invites you to Frontdesk" in page.said
        assert [item.text for item in page.all("li")] == [
            "The website Shop: you can change it.",
            "Membership of the team Blue",
        ]
        assert page.one("input", name="username")["value"] == "ada"
        assert made.expires_at.strftime("%-d %B %Y, %H:%M UTC") in page.said

    def test_an_administrator_to_be_is_told_so(self, admin, anonymous, invite):
        made = invite(admin.actor, username="ada", role="admin")

        assert "You will be an administrator" in read(anonymous.get(f"/invitations/{made.token}")).said

    def test_of_many_websites_some_are_named(self, admin, anonymous, invite, make_website):
        sites = [make_website(f"Site {number}", owner=admin) for number in range(11)]
        made = invite(admin.actor, username="ada", grants=[{"website_id": site, "role": "view"} for site in sites])

        page = read(anonymous.get(f"/invitations/{made.token}"))

        assert len(page.all("li")) == 9
        assert page.all("li")[-1].text == "3 more websites"

    def test_the_rules_for_passwords_are_told_before(self, anonymous, path):
        page = read(anonymous.get(path))

        box = page.one("input", name="password")
        assert page.one("p", id=box["aria-describedby"]).text.startswith("8 to 72 characters.")
        assert box["minlength"] == "8"
        assert (box["type"], box["autocomplete"]) == ("password", "new-password")
        assert page.one("input", name="username")["autocomplete"] == "username"

    def test_its_headers_keep_it_private(self, anonymous, path):
        response = anonymous.get(path)

        assert {name: response.headers.getlist(name) for name in HEADERS} == {
            name: [value] for name, value in HEADERS.items()
        }

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_looking_uses_nothing_up(self, anonymous, path, method):
        for query in (
            "",
            "?step=decline",
            "?action=decline",
            "?action=accept&password=correct+horse&repeat=correct+horse",
        ):
            assert anonymous.open(path + query, method=method).status_code in (200, 204)

        assert anonymous.post(path, data=FORM).status_code == 200


class TestAccepting:
    def test_the_account_is_ready(self, anonymous, path):
        page = read(anonymous.post(path, data=FORM), links=["http://localhost/"])

        assert page.heading == "Welcome"
        login = anonymous.post("/api/auth/login", json={"username": "ada", "password": PASSWORD})
        assert login.status_code == 200

    @pytest.mark.parametrize(
        ("configured_url", "address"),
        [("", "http://localhost/"), ("https://stats.example.com", "https://stats.example.com")],
        ids=["the address in use", "the public URL"],
    )
    def test_it_says_who_invited_and_where_to_log_in(self, app, anonymous, path, configured_url, address):
        with configured(app, public_url=configured_url):
            page = read(anonymous.post(path, data=FORM), links=[address])

        assert "You have accepted the invitation from admin, and your account is ready." in page.said
        assert f"Log in at {address} as ada, with the password you have just chosen." in page.said
        assert page.one("a", href=address).text == address

    def test_an_invitation_from_the_command_line_names_no_one(self, anonymous, invite):
        made = invite(OPERATOR, username="ada")

        page = read(anonymous.post(f"/invitations/{made.token}", data=FORM), links=["http://localhost/"])

        assert "You have accepted the invitation, and your account is ready." in page.said

    @pytest.mark.parametrize(
        ("password", "repeat", "fault"),
        [
            ("", "", "Enter a password."),
            (PASSWORD, "", "The two passwords are not the same. Please enter both again."),
            (PASSWORD, PASSWORD.upper(), "The two passwords are not the same. Please enter both again."),
            ("1234567", "1234567", "The password is too short. Use at least 8 characters."),
            (
                "x" * 73,
                "x" * 73,
                "The password is too long. Use at most 72 characters; accented letters, emoji and other scripts "
                "count as more.",
            ),
            (
                "ü" * 37,
                "ü" * 37,
                "The password is too long. Use at most 72 characters; accented letters, emoji and other scripts "
                "count as more.",
            ),
            ("good\0bad!", "good\0bad!", "The password contains a character that is not allowed."),
        ],
        ids=["none", "not repeated", "another case", "short", "long", "long in bytes", "NUL"],
    )
    def test_a_fault_is_tied_to_its_field_and_changes_nothing(
        self, anonymous, path, look, made, password, repeat, fault
    ):
        response = anonymous.post(path, data={"action": "accept", "password": password, "repeat": repeat})

        assert response.status_code == 400
        assert fault_of(read(response), "password") == fault
        assert look.user(made.user_id).pending is True
        if password:
            assert password not in response.text

    @pytest.mark.parametrize(
        "password", ["pass word", " spaces ", "<b>&amp;+%25", "пароль-и-ключ", "😀" * 18, "x" * 72]
    )
    def test_passwords_are_taken_as_they_are(self, anonymous, path, password):
        anonymous.post(path, data={**FORM, "password": password, "repeat": password})

        login = anonymous.post("/api/auth/login", json={"username": "ada", "password": password})
        assert login.status_code == 200

    def test_a_second_click_finds_the_link_used(self, anonymous, path):
        anonymous.post(path, data=FORM)

        second = anonymous.post(path, data=FORM)

        page = read(second)
        assert (second.status_code, page.heading) == (404, GONE)
        assert "If you have just set your password with it, everything is fine: you can log in." in page.said

    def test_two_clicks_at_once_make_one_account(self, app, path):
        answers = at_once(*[lambda: app.test_client().post(path, data=FORM) for _ in range(2)])

        assert sorted(answer.status_code for answer in answers) == [200, 404]


class TestDeclining:
    def test_it_is_asked_for_once_more(self, anonymous, path, look, made):
        first = read(anonymous.get(path))
        assert first.one("button", value="decline")["name"] == "step"

        second = read(anonymous.get(f"{path}?step=decline"))

        assert second.heading == "Decline the invitation?"
        assert second.one("button", name="action")["value"] == "decline"
        assert look.user(made.user_id) is not None

    def test_the_account_is_gone(self, anonymous, path, look, made):
        page = read(anonymous.post(path, data={"action": "decline"}))

        assert page.heading == "You have declined the invitation"
        assert look.user(made.user_id) is None
        assert anonymous.get(path).status_code == 404

    def test_an_account_that_owns_websites_is_not_deleted_by_it(self, anonymous, path, look, made, make_website):
        make_website(owner=look.user(made.user_id))

        response = anonymous.post(path, data={"action": "decline"})

        assert response.status_code == 409
        assert "Ask an administrator to delete it" in read(response).said


class TestLinksThatAreNotGood:
    @pytest.mark.parametrize("place", ["invitations", "reset-password"])
    @pytest.mark.parametrize(
        "token",
        ["", "/", "nothing", "0" * 32, "0" * 33, "a/b/c", "..%2f..%2fetc", "%00", "%ff%fe", "<script>", "x" * 4000],
        ids=lambda token: token[:12] or "none",
    )
    def test_they_get_a_page(self, anonymous, place, token):
        response = anonymous.get(f"/{place}/{token}", follow_redirects=True)

        page = read(response)
        assert (response.status_code, page.heading) == (404, GONE)
        assert {name: response.headers[name] for name in HEADERS} == HEADERS

    def test_links_of_one_kind_do_not_open_the_other(self, anonymous, made, reset_token):
        assert anonymous.get(f"/invitations/{reset_token}").status_code == 404
        assert anonymous.get(f"/reset-password/{made.token}").status_code == 404

    def test_one_whose_time_is_over(self, anonymous, path, made, expire):
        expire(made.id)

        for response in (anonymous.get(path), anonymous.post(path, data=FORM)):
            assert (response.status_code, read(response).heading) == (410, "This link has expired")

    def test_one_that_was_taken_back(self, app, admin, anonymous, path, made):
        with app.app_context():
            manage.revoke(admin.actor, made.id)

        assert (anonymous.get(path).status_code, anonymous.post(path, data=FORM).status_code) == (404, 404)

    def test_whoever_tries_many_has_to_wait(self, anonymous, path):
        for _ in range(100):
            anonymous.get(f"/invitations/{uuid4().hex}")

        for address in (f"/invitations/{uuid4().hex}", path, "/reset-password/nothing"):
            response = anonymous.get(address)
            assert (response.status_code, read(response).heading) == (429, "Please wait")
            assert int(response.headers["Retry-After"]) > 0

    def test_they_cost_nobody_their_login(self, anonymous, admin):
        for _ in range(101):
            anonymous.get(f"/invitations/{uuid4().hex}")

        login = anonymous.post("/api/auth/login", json={"username": admin.username, "password": admin.password})
        assert login.status_code == 200


class TestResettingAPassword:
    def test_the_new_password_is_set_and_logins_end(self, anonymous, admin, client_of, reset_token):
        logged_in = client_of(admin)
        path = f"/reset-password/{reset_token}"

        page = read(anonymous.get(path))
        assert page.heading == "Choose a new password"
        assert page.one("input", name="username")["value"] == "admin"
        done = read(anonymous.post(path, data={"password": PASSWORD, "repeat": PASSWORD}))

        assert done.heading == "Your password has been changed"
        assert logged_in.get("/api/me").status_code == 401
        login = anonymous.post("/api/auth/login", json={"username": "admin", "password": PASSWORD})
        assert login.status_code == 200

    def test_a_link_is_good_once(self, anonymous, reset_token):
        path = f"/reset-password/{reset_token}"
        anonymous.post(path, data={"password": PASSWORD, "repeat": PASSWORD})

        for response in (anonymous.get(path), anonymous.post(path, data={"password": PASSWORD, "repeat": PASSWORD})):
            assert (response.status_code, read(response).heading) == (404, GONE)

    @pytest.mark.parametrize(
        ("password", "repeat", "fault"),
        [
            ("", "", "Enter a password."),
            (PASSWORD, "other", "The two passwords are not the same. Please enter both again."),
            ("short", "short", "The password is too short. Use at least 8 characters."),
        ],
    )
    def test_a_fault_is_tied_to_its_field_and_the_link_stays_good(
        self, anonymous, reset_token, password, repeat, fault
    ):
        path = f"/reset-password/{reset_token}"

        response = anonymous.post(path, data={"password": password, "repeat": repeat})

        assert response.status_code == 400
        assert fault_of(read(response), "password") == fault
        assert anonymous.get(path).status_code == 200

    def test_its_headers_keep_it_private(self, anonymous, reset_token):
        response = anonymous.get(f"/reset-password/{reset_token}")

        assert {name: response.headers[name] for name in HEADERS} == HEADERS


class TestForms:
    @pytest.mark.parametrize(
        "content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", None]
    )
    def test_another_content_type_is_refused_clearly(self, anonymous, path, content_type):
        response = anonymous.post(path, data=b"action=accept&password=correct+horse", content_type=content_type)

        assert response.status_code == 415
        assert "application/x-www-form-urlencoded" in read(response).said

    @pytest.mark.parametrize("size", [16_385, 200_000, 1_048_577])
    def test_one_that_is_too_large_is_refused(self, anonymous, path, size):
        response = anonymous.post(path, data={**FORM, "more": "x" * size})

        assert (response.status_code, read(response).heading) == (413, "The form is too large")

    def test_one_that_is_sent_in_pieces_is_bounded_as_well(self, app, path):
        client = app.test_client()
        big = b"action=accept&password=" + b"x" * 20_000

        response = client.post(
            path,
            input_stream=BytesIO(big),
            content_type="application/x-www-form-urlencoded",
            environ_overrides={"wsgi.input_terminated": True},
        )

        assert response.status_code == 413

    @pytest.mark.parametrize("data", [b"password=%ff%fe&repeat=%ff%fe", b"\xff\xfe", b"&".join([b"a=b"] * 21)])
    def test_one_that_cannot_be_read_is_refused(self, anonymous, path, look, made, data):
        response = anonymous.post(path, data=data, content_type="application/x-www-form-urlencoded")

        assert (response.status_code, read(response).heading) == (400, "The form could not be read")
        assert look.user(made.user_id).pending is True

    @pytest.mark.parametrize("data", [b"", b"action=accept", b"action=delete&password=x", b"%%%=%&&&=="])
    def test_one_without_a_password_is_asked_for_it(self, anonymous, path, data):
        response = anonymous.post(path, data=data, content_type="application/x-www-form-urlencoded")

        assert response.status_code == 400
        assert fault_of(read(response), "password") in (
            "Enter a password.",
            "The two passwords are not the same. Please enter both again.",
        )

    def test_who_is_invited_cannot_choose_the_name_or_role(self, anonymous, path, look, made):
        anonymous.post(path, data={**FORM, "username": "admin2", "role": "admin"})

        user = look.user(made.user_id)
        assert (user.username, user.role) == ("ada", "user")


class TestHostileNames:
    """``<script>`` and quotes in every value that a page shows."""

    @pytest.fixture
    def everything(self, app, admin, invite, make_website, make_team, as_operator):
        as_operator(accounts.update_user, admin.id, username=HOSTILE[:200])
        site, team = make_website(HOSTILE[:100], owner=admin), make_team(admin, "<script>alert(1)</script>'\"")
        with app.app_context():
            return invite(
                admin.actor,
                username=f"ada {HOSTILE}",
                grants=[{"website_id": site, "role": "view"}],
                teams=[{"team_id": team, "role": "team-member"}],
            )

    def pages(self, app, anonymous, admin, made):
        """Yield the response of every page that shows a name."""
        path = f"/invitations/{made.token}"
        with app.app_context():
            reset = f"/reset-password/{password_resets.make_link(admin.actor, admin.id)}"
        yield anonymous.get(path)
        yield anonymous.get(f"{path}?step={quote(HOSTILE)}")
        yield anonymous.get(f"{path}?step=decline")
        yield anonymous.post(path, data={"password": HOSTILE, "repeat": "x", "action": HOSTILE})
        yield anonymous.get(reset)
        yield anonymous.post(reset, data={"password": HOSTILE, "repeat": "x"})
        yield anonymous.post(reset, data={"password": PASSWORD, "repeat": PASSWORD})
        yield anonymous.post(path, data=FORM)
        yield anonymous.get(f"/invitations/{quote(HOSTILE, safe='')}")

    def test_they_are_shown_as_text(self, app, anonymous, admin, everything):
        seen = 0
        for response in self.pages(app, anonymous, admin, everything):
            page = read(response, links=["http://localhost/"])  # no element, no attribute that we have not written
            assert "<script" not in response.text
            assert {element.tag for element in page.elements} <= {
                *("html", "head", "meta", "title", "link", "body", "header", "main", "h1", "h2", "p", "bdi", "ul"),
                *("li", "form", "input", "div", "label", "button", "time", "span", "a", "strong"),
            }
            assert "998001" not in page.one("main").text
            shown = page.said + "".join(box["value"] or "" for box in page.all("input"))
            seen += "<script>alert('x')</script>" in shown
        assert seen == 8

    def test_a_declined_one_as_well(self, anonymous, everything):
        page = read(anonymous.post(f"/invitations/{everything.token}", data={"action": "decline"}))

        assert "<script>" in page.said

    @pytest.mark.parametrize("name", ["عَلِيّ", "李小龍", "x" * 255])
    def test_odd_names_are_shown(self, admin, anonymous, invite, name):
        made = invite(admin.actor, username=name)

        page = read(anonymous.get(f"/invitations/{made.token}"))

        assert page.one("input", name="username")["value"] == name
        assert page.one("input", name="username")["dir"] == "auto"


class TestWhenSomethingFails:
    @pytest.mark.parametrize("place", ["invitations", "reset-password"])
    def test_a_database_that_is_away_gets_a_page(self, tmp_path, place):
        with other_app("postgresql://postgres@127.0.0.1:1/nothing", tmp_path, database_pool_timeout=0.1) as app:
            response = app.test_client().get(f"/{place}/{'0' * 32}")

        assert (response.status_code, read(response).heading) == (503, "Please try again")
        assert int(response.headers["Retry-After"]) >= 1
        assert {name: response.headers[name] for name in HEADERS} == HEADERS

    def test_too_many_hashes_at_once_change_nothing(self, anonymous, path, look, made, monkeypatch):
        def busy(_password):
            raise Unavailable

        monkeypatch.setattr(hashing, "hash_password", busy)
        response = anonymous.post(path, data=FORM)

        assert (response.status_code, read(response).heading) == (503, "Please try again")
        assert look.user(made.user_id).pending is True

    def test_a_fault_of_ours_tells_the_requests_id_alone(self, anonymous, path, monkeypatch):
        def broken(_token, **_values):
            raise RuntimeError("the inside of it")

        monkeypatch.setattr(accept, "find", broken)
        response = anonymous.get(path)

        assert response.status_code == 500
        assert response.headers["X-Request-Id"] in read(response).said
        assert "inside" not in response.text


class TestTheLog:
    def test_no_line_has_the_link_in_it(self, app, anonymous, made, reset_token):
        with logging_of(app) as book:
            for token, place in ((made.token, "invitations"), (reset_token, "reset-password")):
                for address in (
                    f"/{place}/{token}",
                    f"/{place}/{token}/",
                    f"/desk/{place}/{token}",
                    f"/{place}//{token}",
                ):
                    for method in ("GET", "HEAD", "PUT", "OPTIONS"):
                        anonymous.open(address, method=method)
                anonymous.post(f"/{place}/{token}", data=FORM)

        assert made.token not in book.text
        assert reset_token not in book.text
        assert PASSWORD not in book.text
        assert {line["path"] for line in book.lines if line["status"] == 200} == {"/invitations/…", "/reset-password/…"}

    def test_nor_have_the_metrics(self, anonymous, made, path):
        anonymous.get(path)

        metrics = anonymous.get("/metrics").text
        assert made.token not in metrics
        assert 'route="/invitations/<path:token>"' in metrics


class TestTheStyleSheet:
    def test_it_may_be_kept_for_good_under_its_name(self, anonymous, path):
        address = read(anonymous.get(path)).one("link", rel="stylesheet")["href"]

        sheet = anonymous.get(address)

        assert (sheet.status_code, sheet.content_type) == (200, "text/css; charset=utf-8")
        assert sheet.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert sheet.data == FILE.read_bytes()
        again = anonymous.get(address, headers={"If-None-Match": sheet.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")

    def test_under_another_name_it_is_not_kept(self, anonymous):
        assert anonymous.get("/pages/older.css").headers["Cache-Control"] == "no-cache"

    def test_it_loads_nothing(self):
        assert re.findall(r"url\(|@import", FILE.read_text()) == []

    def test_pages_behind_a_prefix_find_it(self, anonymous, path):
        page = read(anonymous.get(path, base_url="https://example.org/desk"))

        assert page.one("link", rel="stylesheet")["href"].startswith("/desk/pages/")

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize(
        ("front", "back", "least"),
        [
            ("text", "sheet", 7),
            ("text", "ground", 7),
            ("text", "read-only", 7),
            ("text", "wrong-ground", 7),
            ("soft", "sheet", 4.5),
            ("soft", "ground", 4.5),
            ("wrong", "sheet", 4.5),
            ("on-action", "action", 4.5),
            ("on-action", "action-over", 4.5),
            ("on-danger", "danger", 4.5),
            ("on-danger", "danger-over", 4.5),
            ("line", "sheet", 3),
            ("action", "sheet", 3),
        ],
    )
    def test_colours_can_be_told_apart(self, scheme, front, back, least):
        colours = palette(scheme)

        lighter, darker = sorted((luminance(colours[front]), luminance(colours[back])), reverse=True)

        assert (lighter + 0.05) / (darker + 0.05) >= least


def palette(scheme):
    """Return the colours of the style sheet; its first block is for light, the second for dark."""
    blocks = re.findall(r":root \{(.*?)\}", FILE.read_text(), re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[scheme == "dark"]))


def luminance(colour):
    """WCAG 2's relative luminance."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
