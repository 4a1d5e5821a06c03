"""The account for visitors who are not logged in: created with its first grant, which can only be ``view``."""

import pytest

from app.db.reads import fetch_one
from app.domain.actor import OPERATOR
from app.domain.errors import AnonymousTaken, Conflict, OnlyViews
from app.domain.pagination import Window
from app.domain.roles import SiteRole, TeamRole
from app.models import ANONYMOUS_ID
from app.queries import users as user_queries
from app.services.access import effective, grants
from app.services.teams import memberships, teams
from app.services.users import accounts
from app.services.websites import websites
from tests.racing import at_once

VIEW, WRITE, ADMIN = SiteRole


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


@pytest.fixture
def site(make_user, make_website):
    return make_website(owner=make_user("bob"))


@pytest.fixture
def made(site):
    """The account exists, and can view the website."""
    grants.set_access(OPERATOR, ANONYMOUS_ID, [site], VIEW)


def account():
    return fetch_one(user_queries.select_user, user_id=ANONYMOUS_ID)


class TestTheAccount:
    def test_is_made_with_its_first_grant(self, site, stored_grants):
        assert account() is None

        grants.set_access(OPERATOR, ANONYMOUS_ID, [site], VIEW)

        assert (account().username, account().role, account().pending) == ("anonymous", "view-only", False)
        assert stored_grants(ANONYMOUS_ID) == {site: ("view", None, set())}
        view = effective.get_access(OPERATOR, site, ANONYMOUS_ID)
        assert (view.right, view.granted, view.implied) == ("view", [], [])

    def test_is_not_made_by_taking_away(self, site):
        grants.set_access(OPERATOR, ANONYMOUS_ID, [site], None)

        assert account() is None

    @pytest.mark.usefixtures("made")
    def test_stays_when_its_last_grant_goes(self, site, stored_grants):
        grants.set_access(OPERATOR, ANONYMOUS_ID, [site], None)

        assert stored_grants(ANONYMOUS_ID) == {}
        assert account() is not None

    def test_needs_its_name(self, make_user, site):
        make_user("ANONYMOUS")

        with pytest.raises(AnonymousTaken):
            grants.set_access(OPERATOR, ANONYMOUS_ID, [site], VIEW)

        assert account() is None

    def test_is_made_once_when_two_make_it(self, client_of, admin, site):
        clients = [client_of(admin) for _ in range(4)]
        path = f"/api/websites/{site}/access/{ANONYMOUS_ID}"

        answers = at_once(*[lambda client=client: client.put(path, json={"role": "view"}) for client in clients])

        assert [answer.status_code for answer in answers] == [200] * 4, answers[0].json
        assert accounts.list_users(OPERATOR, Window(), search="anonymous").total == 1

    @pytest.mark.usefixtures("made")
    def test_nobody_logs_in_to(self, anonymous):
        for password in ("", "anonymous", "correct horse"):
            response = anonymous.post("/api/auth/login", json={"username": "anonymous", "password": password})
            assert response.status_code == 401


@pytest.mark.usefixtures("made")
class TestNothingMoreThanView:
    @pytest.mark.parametrize(("role", "extra"), [(WRITE, None), (ADMIN, None), (VIEW, ["tagmanager_write"])])
    def test_on_a_website(self, site, role, extra, stored_grants):
        with pytest.raises(OnlyViews):
            grants.set_access(OPERATOR, ANONYMOUS_ID, [site], role, capabilities=extra)

        assert stored_grants(ANONYMOUS_ID) == {site: ("view", None, set())}

    def test_no_capabilities(self, site, stored_grants):
        with pytest.raises(OnlyViews):
            grants.add_capabilities(OPERATOR, ANONYMOUS_ID, [site], ["tagmanager_write"])
        grants.remove_capabilities(OPERATOR, ANONYMOUS_ID, [site], ["tagmanager_write"])

        assert stored_grants(ANONYMOUS_ID) == {site: ("view", None, set())}

    def test_no_other_role_name_or_password(self):
        for change in ({"role": "admin"}, {"role": "user"}, {"username": "x"}, {"password": "correct horse"}):
            with pytest.raises(OnlyViews):
                accounts.update_user(OPERATOR, ANONYMOUS_ID, **change)

        assert (account().username, account().role) == ("anonymous", "view-only")

    def test_no_team(self, admin, make_team):
        team = make_team(admin)

        with pytest.raises(OnlyViews):
            memberships.add_member(OPERATOR, team, user_id=ANONYMOUS_ID, role=TeamRole.MEMBER)
        with pytest.raises(OnlyViews):
            teams.create_team(OPERATOR, name="Team", owner_id=ANONYMOUS_ID)

    def test_no_website(self):
        with pytest.raises(OnlyViews):
            websites.create_website(OPERATOR, name="Site", domain="site.example", owner_id=ANONYMOUS_ID)

    def test_no_inheritance(self, make_user):
        with pytest.raises(OnlyViews):
            accounts.delete_user(OPERATOR, make_user("ada").id, transfer_to=ANONYMOUS_ID)

    def test_it_can_go(self, site):
        accounts.delete_user(OPERATOR, ANONYMOUS_ID)

        assert account() is None


def test_nobody_opens_an_account_with_its_id():
    with pytest.raises(Conflict):
        accounts.create_user(OPERATOR, username="ada", password="correct horse", id=ANONYMOUS_ID)

    assert account() is None
