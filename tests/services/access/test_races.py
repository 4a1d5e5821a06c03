"""Real races: access is set while another call sets it, or while the website or the user is deleted."""

import pytest
from sqlalchemy import func, select

from app.db.session import transaction
from app.domain.roles import Role
from app.models import Grant, GrantedCapability, User
from tests.racing import ROUNDS, assert_sound, at_once, statuses

MANY = 6
TAGS = "tagmanager_write"


@pytest.fixture(autouse=True)
def _sound_afterwards(app, admin):
    yield
    assert_sound(app)
    with app.app_context(), transaction() as session:
        administrators = select(User.id).where(User.role == Role.ADMIN, User.deleted_at.is_(None))
        assert session.scalar(select(func.count()).where(Grant.user_id.in_(administrators))) == 0
        assert session.scalar(select(func.count()).where(GrantedCapability.user_id.in_(administrators))) == 0


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def bob(make_user):
    return make_user("bob")


@pytest.fixture
def site(make_website, bob):
    return make_website(owner=bob)


@pytest.fixture
def put(client_of):
    """``put(actor, site, person, "view")``: a function that makes this call."""

    def prepare(actor, site, person, role, **others):
        client, body = client_of(actor), {"role": role, **others}
        return lambda: client.put(f"/api/websites/{site}/access/{person.id}", json=body)

    return prepare


class TestOnePair:
    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_many_who_set_it_all_succeed_and_leave_one(self, put, ada, bob, site, stored_grants, round_):
        roles = ["view", "write"] * (MANY // 2)

        answers = at_once(*[put(bob, site, ada, role, capabilities=[TAGS]) for role in roles])

        assert statuses(answers) == [200] * MANY
        assert [answer.json["right"] for answer in answers] == roles
        assert stored_grants(ada) in ({site: ("view", bob.id, {TAGS})}, {site: ("write", bob.id, set())})

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_some_set_and_some_remove(self, put, client_of, ada, bob, site, stored_grants, round_):
        client = client_of(bob)

        answers = at_once(
            put(bob, site, ada, "view", capabilities=[TAGS]),
            lambda: client.delete(f"/api/websites/{site}/access/{ada.id}"),
            put(bob, site, ada, "view", capabilities=[TAGS]),
        )

        assert statuses(answers) == [200, 200, 200]
        assert stored_grants(ada) in ({}, {site: ("view", bob.id, {TAGS})})


class TestSomethingGoesMeanwhile:
    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_the_website(self, put, client_of, ada, bob, site, stored_grants, round_):
        client = client_of(bob)

        set_, gone = at_once(put(bob, site, ada, "view"), lambda: client.delete(f"/api/websites/{site}"))

        assert gone.status_code == 200
        assert set_.status_code in (200, 401), set_.json
        assert stored_grants(ada) == {}

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_the_user(self, put, client_of, admin, ada, bob, site, stored_grants, round_):
        client = client_of(admin)

        set_, gone = at_once(put(bob, site, ada, "view"), lambda: client.delete(f"/api/users/{ada.id}"))

        assert gone.status_code == 200
        assert set_.status_code in (200, 400), set_.json
        assert stored_grants(ada) == {}

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_whoever_sets_it_with_the_website(self, put, client_of, admin, ada, bob, site, stored_grants, round_):
        client = client_of(admin)

        set_, gone = at_once(put(bob, site, ada, "view"), lambda: client.delete(f"/api/users/{bob.id}"))

        assert gone.status_code == 200
        assert set_.status_code in (200, 400, 401), set_.json
        assert stored_grants(ada) == {}

    @pytest.mark.parametrize("round_", range(ROUNDS))
    def test_the_user_becomes_an_administrator(self, put, client_of, admin, ada, bob, site, stored_grants, round_):
        client = client_of(admin)

        set_, promoted = at_once(
            put(bob, site, ada, "view", capabilities=[TAGS]),
            lambda: client.post(f"/api/users/{ada.id}", json={"role": "admin"}),
        )

        assert promoted.status_code == 200
        assert set_.status_code in (200, 400), set_.json
        assert stored_grants(ada) == {}


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_who_take_each_others_access_away(client_of, make_user, grant, ada, bob, site, stored_grants, round_):
    eve = make_user("eve")
    grant(ada, site, "admin")
    grant(eve, site, "admin")
    as_ada, as_eve = client_of(ada), client_of(eve)

    answers = at_once(
        lambda: as_ada.delete(f"/api/websites/{site}/access/{eve.id}"),
        lambda: as_eve.delete(f"/api/websites/{site}/access/{ada.id}"),
    )

    assert statuses(answers) in ([200, 200], [200, 401])
