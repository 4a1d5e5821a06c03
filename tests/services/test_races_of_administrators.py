"""An administrator who loses the role, or the account, can do nothing more with it, not even by a running call."""

from concurrent.futures import ThreadPoolExecutor, wait
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select, update

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.domain.errors import Unauthenticated
from app.models import LoginSession, User
from app.services.authentication import access_tokens, password_resets, sessions
from app.services.invitations import manage
from app.services.users import accounts
from tests.conftest import PASSWORD
from tests.listening import heard
from tests.racing import ROUNDS, assert_sound, at_once, statuses

MOMENT = 0.15
"""Seconds until a call waits for the lock. If it comes later, the change is done, with the same response."""
SITE = {"name": "Site", "domain": "site.example"}


class TestThreeOfThem:
    """Two of three administrators demote or delete each other; the third ensures that neither is the last one."""

    @pytest.fixture
    def rivals(self, admin, client_of, make_user):
        ada, bob = make_user("ada", role="admin"), make_user("bob", role="admin")
        return (ada, client_of(ada)), (bob, client_of(bob))

    def demote(self, client, person):
        return lambda: client.post(f"/api/users/{person.id}", json={"role": "user"})

    def close(self, client, person):
        return lambda: client.delete(f"/api/users/{person.id}")

    @pytest.mark.parametrize("round_", range(ROUNDS))
    @pytest.mark.parametrize(("one", "other"), [("demote", "demote"), ("close", "close"), ("close", "demote")])
    def test_the_first_one_ends_the_others_call(self, app, rivals, one, other, round_):
        (ada, as_ada), (bob, as_bob) = rivals

        answers = at_once(getattr(self, one)(as_ada, bob), getattr(self, other)(as_bob, ada))

        assert statuses(answers) == [200, 401]
        assert_sound(app)
        with app.app_context(), transaction() as session:
            assert session.scalar(select(func.count()).where(User.role == "admin", User.deleted_at.is_(None))) == 2


CALLS = {
    "open an account": lambda c, ids: c.post(
        "/api/users", json={"username": "eve", "password": PASSWORD, "role": "admin"}
    ),
    "rename another": lambda c, ids: c.post(f"/api/users/{ids['ada']}", json={"username": "eve"}),
    "set another's password": lambda c, ids: c.post(f"/api/users/{ids['ada']}", json={"password": "another horse"}),
    "promote another": lambda c, ids: c.post(f"/api/users/{ids['ada']}", json={"role": "admin"}),
    "close an account": lambda c, ids: c.delete(f"/api/users/{ids['ada']}"),
    "found a team for another": lambda c, ids: c.post("/api/teams", json={"name": "New", "ownerId": ids["ada"]}),
    "rename a team": lambda c, ids: c.post(f"/api/teams/{ids['team']}", json={"name": "New"}),
    "dissolve a team": lambda c, ids: c.delete(f"/api/teams/{ids['team']}"),
    "add a member": lambda c, ids: c.post(
        f"/api/teams/{ids['team']}/users", json={"userId": ids["ada"], "role": "team-manager"}
    ),
    "change a member": lambda c, ids: c.post(
        f"/api/teams/{ids['team']}/users/{ids['member']}", json={"role": "team-owner"}
    ),
    "take a member out": lambda c, ids: c.delete(f"/api/teams/{ids['team']}/users/{ids['member']}"),
    "register a team's website": lambda c, ids: c.post("/api/websites", json={**SITE, "teamId": ids["team"]}),
    "change a website": lambda c, ids: c.post(f"/api/websites/{ids['site']}", json={"name": "New"}),
    "reset a website": lambda c, ids: c.post(f"/api/websites/{ids['site']}/reset"),
    "delete a website": lambda c, ids: c.delete(f"/api/websites/{ids['site']}"),
    "delete a team's website": lambda c, ids: c.delete(f"/api/teams/{ids['team']}/websites/{ids['team_site']}"),
    "share a website": lambda c, ids: c.post(f"/api/websites/{ids['site']}/shares", json={"name": "Link"}),
    "change a share": lambda c, ids: c.post(
        f"/api/share/id/{ids['share']}", json={"name": "New", "slug": "new", "parameters": {}}
    ),
    "end a share": lambda c, ids: c.delete(f"/api/share/id/{ids['share']}"),
    "grant access": lambda c, ids: c.put(f"/api/websites/{ids['site']}/access/{ids['member']}", json={"role": "admin"}),
    "take access away": lambda c, ids: c.delete(f"/api/websites/{ids['site']}/access/{ids['member']}"),
    "invite": lambda c, ids: c.post("/api/invitations", json={"username": "eve", "role": "admin"}),
    "invite again": lambda c, ids: c.post(f"/api/invitations/{ids['invitation']}/resend"),
    "take an invitation back": lambda c, ids: c.delete(f"/api/invitations/{ids['invitation']}"),
}


@pytest.fixture
def world(app, admin, client_of, make_user, make_team, make_website, make_share):
    """Bob, an administrator, and the ids of everything that the calls change."""
    bob, ada, member, owner = make_user("bob", role="admin"), make_user("ada"), make_user("member"), make_user("owner")
    team = make_team(owner, member=member)
    site = make_website(owner=owner)
    share = client_of(owner).get(f"/api/share/{make_share(site, 'a-slug')}").json["shareId"]
    with app.app_context():
        invitation = manage.invite(OPERATOR, username="invited").id
    ids = {"ada": ada.id, "member": member.id, "team": team, "site": site, "team_site": make_website(team=team)}
    return bob, {name: str(value) for name, value in {**ids, "share": share, "invitation": invitation}.items()}


def demotion(bob):
    return [update(User).where(User.id == bob.id).values(role="user")]


def deletion(bob):
    return [delete(LoginSession).where(LoginSession.user_id == bob.id), delete(User).where(User.id == bob.id)]


def behind(app, statements, call):
    """Return the response to a call that must wait until the statements are committed."""
    with ThreadPoolExecutor(1) as thread:
        with app.app_context(), transaction() as session:
            for statement in statements:
                session.execute(statement)
            answer = thread.submit(call)
            wait([answer], timeout=MOMENT)
        return answer.result(timeout=10)


@pytest.mark.parametrize("gone", [demotion, deletion], ids=["demoted", "deleted"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_call_under_way_comes_too_late(app, client_of, world, call, gone):
    bob, ids = world
    client = client_of(bob)

    with heard(app) as events:
        answer = behind(app, gone(bob), lambda: call(client, ids))

    assert answer.status_code == 401, answer.json
    assert events == []


SERVICES = {
    "make a token": lambda actor, ada: access_tokens.create_token(actor, ada, description="Reports"),
    "end tokens": lambda actor, ada: access_tokens.revoke_user(actor, ada),
    "end sessions": lambda actor, ada: sessions.revoke_user(actor, ada),
    "make a link for a password": lambda actor, ada: password_resets.make_link(actor, ada),
    "set an address": lambda actor, ada: accounts.update_user(actor, ada, email="eve@example.com"),
}


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_so_does_what_only_other_doors_lead_to(app, world, service):
    bob, ids = world

    def call():
        with app.app_context():
            service(bob.actor, UUID(ids["ada"]))

    with heard(app) as events, pytest.raises(Unauthenticated):
        behind(app, demotion(bob), call)

    assert events == []


def test_one_who_is_promoted_meanwhile_begins_anew(app, make_user, make_website, client_of):
    """Becoming an administrator ends every session, also for a running call."""
    ada = make_user("ada")
    site, client = make_website(owner=ada), client_of(ada)

    answer = behind(
        app,
        [update(User).where(User.id == ada.id).values(role="admin")],
        lambda: client.post(f"/api/websites/{site}", json={"name": "New"}),
    )

    assert answer.status_code in (401, 200)  # 200: the call came after the change
    if answer.status_code == 401:
        assert client.get(f"/api/websites/{site}").json["name"] == "Site"
