"""Calls that wait for a lock of a running deletion, and continue after it."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import delete, select, update

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.models import LoginSession, Membership, Share, Team, User, Website
from app.services.authentication import sessions
from tests.racing import assert_sound

SITE = {"name": "Site", "domain": "site.example"}
MOMENT = 0.15
"""Seconds until a call waits for the lock. If it comes later, the deletion is done, with the same response."""


def executing(*statements):
    """Return work that executes these statements."""
    return lambda session: [session.execute(statement) for statement in statements]


@pytest.fixture
def behind(app, admin):
    """``behind(work, call)``: status and message of a call that must wait until the work is committed."""

    def run(work, call):
        with ThreadPoolExecutor(1) as thread:
            with app.app_context(), transaction() as session:
                work(session)
                answer = thread.submit(call)
                wait([answer], timeout=MOMENT)
            response = answer.result(timeout=10)
        assert_sound(app)
        return response.status_code, response.json["error"]["message"]

    return run


class TestBehindATeamsDeletion:
    CALLS = {
        "rename": (lambda c, team, user, code: c.post(team, json={"name": "Blue"}), (404, "Team not found.")),
        "delete": (lambda c, team, user, code: c.delete(team), (404, "Team not found.")),
        "add a member": (
            lambda c, team, user, code: c.post(f"{team}/users", json={"userId": user, "role": "team-manager"}),
            {(404, "Team not found."), (400, "Something that this request refers to has just been deleted.")},
        ),
        "join": (
            lambda c, team, user, code: c.post("/api/teams/join", json={"accessCode": code}),
            {(404, "Team not found."), (400, "Something that this request refers to has just been deleted.")},
        ),
        "change a role": (
            lambda c, team, user, code: c.post(f"{team}/users/{user}", json={"role": "team-owner"}),
            (404, "Team not found."),
        ),
        "take a member out": (lambda c, team, user, code: c.delete(f"{team}/users/{user}"), (404, "Team not found.")),
        "create a website": (
            lambda c, team, user, code: c.post(f"{team}/websites", json=SITE),
            {(400, "Bad request"), (400, "Something that this request refers to has just been deleted.")},
        ),
    }

    @pytest.mark.parametrize(("call", "expected"), CALLS.values(), ids=CALLS)
    def test_it_is_missing(self, behind, client_of, admin, make_user, make_team, call, expected):
        owner = make_user()
        team = make_team(owner)
        client, path = client_of(admin), f"/api/teams/{team}"
        code = client.get(path).json["accessCode"]
        gone = executing(delete(Membership).where(Membership.team_id == team), delete(Team).where(Team.id == team))

        answer = behind(gone, lambda: call(client, path, str(owner.id), code))

        assert answer in (expected if isinstance(expected, set) else {expected})


class TestBehindAWebsitesDeletion:
    CALLS = {
        "change": lambda c, path, share: c.post(path, json={"name": "Blue"}),
        "take its links away": lambda c, path, share: c.post(path, json={"shareId": None}),
        "reset": lambda c, path, share: c.post(f"{path}/reset"),
        "change a link": lambda c, path, share: c.post(share, json={"name": "L", "slug": "new", "parameters": {}}),
        "share": lambda c, path, share: c.post(f"{path}/shares", json={"name": "Link"}),
    }

    @pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
    def test_it_is_missing(self, behind, client_of, admin, make_website, make_share, call):
        website = make_website(owner=admin)
        client = client_of(admin)
        share = client.get(f"/api/share/{make_share(website)}").json["shareId"]
        gone = executing(delete(Share).where(Share.entity_id == website), delete(Website).where(Website.id == website))

        answer = behind(gone, lambda: call(client, f"/api/websites/{website}", f"/api/share/id/{share}"))

        assert answer in {
            (404, "Not found"),
            (400, "Something that this request refers to has just been deleted."),
        }


class TestBehindAUsersDeletion:
    CALLS = {
        "rename": lambda own, other, path, me: other.post(path, json={"username": "bob"}),
        "delete": lambda own, other, path, me: other.delete(path),
        "change the password": lambda own, other, path, me: own.post("/api/me/password", json=me),
        "create a website": lambda own, other, path, me: own.post("/api/websites", json=SITE),
        "create a team": lambda own, other, path, me: own.post("/api/teams", json={"name": "Blue"}),
        "sign on": lambda own, other, path, me: own.post("/api/auth/sso"),
    }

    @pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
    def test_they_are_missing(self, behind, client_of, admin, make_user, call):
        ada = make_user("ada")
        me = {"currentPassword": ada.password, "newPassword": "another correct horse"}
        own, other = client_of(ada), client_of(admin)
        gone = executing(
            delete(LoginSession).where(LoginSession.user_id == ada.id), delete(User).where(User.id == ada.id)
        )

        answer = behind(gone, lambda: call(own, other, f"/api/users/{ada.id}", me))

        assert answer in {
            (404, "Not found"),
            (400, "Something that this request refers to has just been deleted."),
            (401, "Unauthorized"),
        }


class TestBehindAPasswordChange:
    """A user who knows the old password acts while an administrator sets a new one, which ends all sessions."""

    CALLS = {
        "log in": (lambda own, path, me: own.post("/api/auth/login", json=me), (401, "Unauthorized")),
        "sign on": (lambda own, path, me: own.post("/api/auth/sso"), (401, "Unauthorized")),
        "change it": (
            lambda own, path, me: own.post("/api/me/password", json=me),
            (400, "Current password is incorrect"),
        ),
        "change it by the record": (
            lambda own, path, me: own.post(path, json=me | {"password": me["newPassword"]}),
            (400, "Current password is incorrect"),
        ),
    }

    @pytest.mark.parametrize(("call", "expected"), CALLS.values(), ids=CALLS)
    def test_the_old_one_opens_nothing(self, behind, app, client_of, make_user, call, expected):
        ada, rescued = make_user("ada"), make_user("rescued", password="the new password")
        known = {"username": "ada", "password": ada.password}
        me = known | {"currentPassword": ada.password, "newPassword": "another correct horse"}
        own = client_of(ada)
        new_hash = select(User.password_hash).where(User.id == rescued.id).scalar_subquery()
        changed = executing(
            update(User).where(User.id == ada.id).values(password_hash=new_hash),
            delete(LoginSession).where(LoginSession.user_id == ada.id),
        )

        answer = behind(changed, lambda: call(own, f"/api/users/{ada.id}", me))

        assert answer in {expected, (401, "Unauthorized")}  # 401: the call came after the change
        assert own.get("/api/me").status_code == 401
        assert own.post("/api/auth/login", json=known).status_code == 401
        with app.app_context(), transaction() as session:
            assert session.scalars(select(LoginSession.id).where(LoginSession.user_id == ada.id)).all() == []

    def test_ending_ones_logins_ends_those_just_being_made(self, behind, client_of, make_user):
        ada = make_user("ada")
        stolen = client_of(ada)

        answer = behind(lambda _session: sessions.revoke_user(OPERATOR, ada.id), lambda: stolen.post("/api/auth/sso"))

        assert answer == (401, "Unauthorized")
