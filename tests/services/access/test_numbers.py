"""Website numbers are positive, unique, and never reused."""

import pytest
from sqlalchemy import select

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.models import WebsiteNumber
from app.services.websites import websites
from tests.racing import at_once


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


@pytest.fixture
def bob(make_user):
    return make_user("bob")


def test_each_website_gets_the_next_one(bob, make_website, stored_number):
    numbers = [stored_number(make_website(owner=bob)) for _ in range(3)]

    assert numbers[0] > 0
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]


def test_the_number_of_a_deleted_website_is_not_given_again(bob, make_website, stored_number):
    first, last = make_website(owner=bob), make_website(owner=bob)
    gone = stored_number(last)

    websites.delete_website(OPERATOR, last)
    after_one = stored_number(make_website(owner=bob))
    websites.delete_website(OPERATOR, first)

    assert after_one > gone
    assert stored_number(make_website(owner=bob)) > after_one
    assert stored_number(last) is None


def test_nor_when_none_is_left(bob, make_website, stored_number):
    site = make_website(owner=bob)
    gone = stored_number(site)

    websites.delete_website(OPERATOR, site)

    with transaction() as session:
        assert session.scalars(select(WebsiteNumber)).all() == []
    assert stored_number(make_website(owner=bob)) > gone


def test_a_number_stays_when_the_website_is_handed_on(client_of, bob, make_team, make_website, stored_number):
    site, team = make_website(owner=bob), make_team(bob)
    number = stored_number(site)

    assert client_of(bob).post(f"/api/websites/{site}/transfer", json={"teamId": str(team)}).status_code == 200

    assert stored_number(site) == number


def test_websites_made_at_once_get_different_ones(client_of, admin):
    clients = [client_of(admin) for _ in range(6)]
    body = {"name": "Site", "domain": "site.example"}

    answers = at_once(*[lambda client=client: client.post("/api/websites", json=body) for client in clients])

    assert [answer.status_code for answer in answers] == [200] * 6
    rows = client_of(admin).get(f"/api/users/{admin.id}/access").json["data"]
    assert len({row["website"]["number"] for row in rows}) == 6
