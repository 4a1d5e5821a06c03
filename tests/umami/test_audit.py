"""``GET /api/admin/audit``: filters, pages by cursor, and what becomes of denied calls."""

from datetime import datetime, timedelta
from urllib.parse import urlencode

import pytest

from app.domain.actor import OPERATOR
from app.domain.pagination import cursor_of
from app.models import utcnow
from app.services.audit import log
from app.services.users import accounts
from tests.conftest import PASSWORD
from tests.umami.decisions.envelopes import bad_fields


@pytest.fixture
def as_admin(client_of, admin):
    return client_of(admin)


@pytest.fixture
def listed(as_admin):
    """``listed(actor=…)`` returns the body of a list."""

    def get(**query):
        response = as_admin.get(f"/api/admin/audit?{urlencode(query)}")
        assert response.status_code == 200, response.text
        return response.json

    return get


@pytest.fixture
def three(app, admin):
    """Three accounts, made by the administrator."""
    with app.app_context():
        return [accounts.create_user(admin.actor, username=name, password=PASSWORD) for name in ("ada", "bob", "eve")]


def names(body):
    return [event["target"]["name"] for event in body["data"]]


class TestAnEvent:
    def test_it_has_who_did_what_from_where(self, as_admin, listed, admin):
        response = as_admin.post("/api/users", json={"username": "ada", "password": PASSWORD, "role": "user"})

        (event,) = listed(action="user-created", target="user", pageSize=1)["data"]
        session = event["credential"].pop("id")
        assert len(session) == 36
        assert {name: event[name] for name in event if name not in ("number", "id", "createdAt", "hash", "keyId")} == {
            "action": "user-created",
            "actor": {"id": str(admin.id), "name": "admin"},
            "credential": {"kind": "session"},
            "protocol": "umami",
            "address": "127.0.0.1",
            "requestId": response.headers["X-Request-Id"],
            "target": {"kind": "user", "id": response.json["id"], "name": "ada"},
            "before": None,
            "after": {"role": "user"},
        }

    def test_it_does_not_change(self, listed, three):
        assert listed(action="user-created")["data"] == listed(action="user-created")["data"]


@pytest.mark.usefixtures("three")
class TestFilters:
    def test_who(self, listed, admin):
        by_id, by_name = listed(actor=admin.id, action="user-created"), listed(actor="admin", action="user-created")

        assert names(by_id) == names(by_name) == ["eve", "bob", "ada"]
        assert names(listed(actor="ada")) == []

    def test_what(self, listed):
        assert {event["action"] for event in listed(action="user-created")["data"]} == {"user-created"}

    def test_what_it_happened_to(self, listed, three):
        assert names(listed(target=three[1].id)) == ["bob"]
        assert {event["target"]["kind"] for event in listed(target="user")["data"]} == {"user"}

    def test_when(self, listed):
        soon, ago = (utcnow() + timedelta(minutes=1)).isoformat(), (utcnow() - timedelta(minutes=1)).isoformat()

        assert names(listed(actor="admin", action="user-created", **{"from": ago, "to": soon})) == ["eve", "bob", "ada"]
        assert names(listed(**{"from": soon})) == []
        assert names(listed(to="2020-01-01")) == []

    @pytest.mark.parametrize("name", ["from", "to"])
    @pytest.mark.parametrize("value", ["yesterday", "2026-13-01", "0001-01-01T00:00:00+14:00"])
    def test_no_time(self, as_admin, name, value):
        response = as_admin.get("/api/admin/audit", query_string={name: value})

        assert response.json == bad_fields(**{name: "Invalid ISO datetime"})


@pytest.mark.usefixtures("three")
class TestPages:
    def test_each_event_is_on_one_page(self, listed):
        first = listed(actor="admin", action="user-created", pageSize=2)
        second = listed(actor="admin", action="user-created", pageSize=2, cursor=first["nextCursor"])

        assert (names(first), names(second)) == (["eve", "bob"], ["ada"])
        assert second["nextCursor"] is None

    def test_new_events_do_not_move_the_next_page(self, as_admin, listed):
        first = listed(actor="admin", action="user-created", pageSize=1)
        as_admin.post("/api/users", json={"username": "new", "password": PASSWORD, "role": "user"})

        assert names(listed(actor="admin", action="user-created", pageSize=1, cursor=first["nextCursor"])) == ["bob"]

    def test_a_last_page_that_is_full(self, listed):
        assert listed(actor="admin", action="user-created", pageSize=3)["nextCursor"] is None

    @pytest.mark.parametrize("cursor", ["", "x", "YmVsb3cgLTE=", cursor_of(2**62), "YmVsb3cgeA==", "é"])
    def test_no_cursor(self, as_admin, cursor):
        response = as_admin.get("/api/admin/audit", query_string={"cursor": cursor})

        assert response.json == bad_fields(cursor="Invalid cursor")


@pytest.mark.usefixtures("three")
class TestNumberedPages:
    def test_have_the_number_of_all_events(self, listed):
        first, second = (listed(action="user-created", target="user", pageSize=2, page=page) for page in (1, 2))

        assert names(first) == ["eve", "bob"]
        assert first["count"] == second["count"] == len(names(second)) + 2
        assert "nextCursor" not in first

    @pytest.mark.parametrize("page", ["0", "x"])
    def test_are_counted_from_1(self, as_admin, page):
        assert as_admin.get(f"/api/admin/audit?page={page}").status_code == 400


@pytest.mark.usefixtures("three")
class TestCopies:
    def test_are_made_piece_by_piece_oldest_first(self, listed):
        everything = listed(pageSize=100)["data"]

        copied, after = [], 0
        while rows := listed(after=after, pageSize=2)["data"]:
            copied += rows
            after = rows[-1]["number"]

        assert copied == everything[::-1]
        assert listed(after=after) == {"data": []}

    def test_have_the_exact_time_that_the_hash_covers(self, app, listed):
        (event,) = listed(after=0, pageSize=1)["data"]

        with app.app_context():
            (stored, *_) = log.export(OPERATOR)
        assert datetime.fromisoformat(event["createdAt"]) == stored.created_at

    @pytest.mark.parametrize("also", [{"page": 1}, {"cursor": cursor_of(7)}, {"action": "user-created"}])
    def test_are_of_everything(self, as_admin, also):
        refused = as_admin.get(f"/api/admin/audit?{urlencode({'after': 0, **also})}")

        assert (refused.status_code, refused.json["error"]["errors"]) == (
            400,
            ["cursor, page, and after without filters, exclude each other"],
        )


class TestDeniedCalls:
    def test_who_was_denied_what(self, client_of, make_user, listed):
        ada = make_user("ada")
        response = client_of(ada).delete(f"/api/users/{ada.id}")

        assert response.status_code == 401
        (event,) = listed(action="permission-denied")["data"]
        assert event["actor"] == {"id": str(ada.id), "name": "ada"}
        assert event["target"] == {"kind": "call", "id": None, "name": "DELETE /api/users/<user_id>"}
        assert event["requestId"] == response.headers["X-Request-Id"]

    def test_matomos_methods_by_name(self, anonymous, make_user, listed, token_of):
        token = token_of(make_user("ada"))
        form = {"module": "API", "method": "UsersManager.deleteUser", "userLogin": "admin", "token_auth": token}
        anonymous.post("/index.php", data=form)

        (event,) = listed(action="permission-denied")["data"]
        assert (event["actor"]["name"], event["target"]["name"]) == ("ada", "UsersManager.deleteUser")
        assert event["protocol"] == "matomo"

    def test_strangers_are_none(self, anonymous, listed):
        assert anonymous.get("/api/admin/audit").status_code == 401

        assert listed(action="permission-denied")["data"] == []
