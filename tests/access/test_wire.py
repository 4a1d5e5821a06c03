"""``…/access`` on the wire: whole bodies."""

import pytest

PUBLISH = "tagmanager_publish_live_container"


@pytest.fixture
def ada(make_user):
    return make_user("ada")


@pytest.fixture
def bob(make_user):
    return make_user("bob")


@pytest.fixture
def site(make_website, bob):
    """A website of bob's."""
    return make_website("Shop", "shop.example", owner=bob)


def path(site, person):
    return f"/api/websites/{site}/access/{getattr(person, 'id', person)}"


def user_of(person):
    return {"id": str(person.id), "username": person.username, "pending": False}


@pytest.fixture
def website_of(stored_number):
    return lambda site, name="Shop", domain="shop.example": {
        "id": str(site),
        "name": name,
        "domain": domain,
        "number": stored_number(site),
    }


class TestPut:
    def test_it_answers_with_what_the_user_may_and_why(self, client_of, bob, ada, site, website_of):
        response = client_of(bob).put(path(site, ada), json={"role": "write", "capabilities": [PUBLISH]})

        assert response.status_code == 200, response.text
        assert response.json == {
            "user": user_of(ada),
            "website": website_of(site),
            "right": "write",
            "capabilities": {"granted": [PUBLISH], "implied": ["tagmanager_write"]},
            "reasons": [{"source": "grant", "right": "write", "team": None}],
        }
        assert client_of(bob).put(path(site, ada), json={"role": "write"}).json == response.json
