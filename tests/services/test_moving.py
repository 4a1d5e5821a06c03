"""Giving websites to any user or team."""

import pytest

from app.domain.actor import OPERATOR
from app.domain.errors import Denied, NoNewOwner, NotFound, OnlyViews, UnknownReference
from app.models import ANONYMOUS_ID, new_id
from app.services.websites import moving, websites


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def owners(site) -> tuple[object, object]:
    found = websites.get_website(OPERATOR, site)
    return found.user_id, found.team_id


def test_administrators_move_a_website_to_anyone(admin, make_user, make_team, make_website):
    ada, bob = make_user("ada"), make_user("bob")
    site, team = make_website(owner=ada), make_team(ada)

    moving.move_website(admin.actor, site, user_id=bob.id)
    assert owners(site) == (bob.id, None)

    moving.move_website(OPERATOR, site, team_id=team)
    assert owners(site) == (None, team)


def test_others_do_not(make_user, make_website):
    ada, bob = make_user("ada"), make_user("bob")
    site = make_website(owner=ada)

    with pytest.raises(Denied):
        moving.move_website(ada.actor, site, user_id=bob.id)


@pytest.mark.parametrize(
    ("owner", "error"),
    [
        ({}, NoNewOwner),
        ({"user_id": new_id(), "team_id": new_id()}, NoNewOwner),
        ({"user_id": new_id()}, UnknownReference),
        ({"team_id": new_id()}, UnknownReference),
        ({"user_id": ANONYMOUS_ID}, OnlyViews),
    ],
    ids=["no owner", "two owners", "unknown user", "unknown team", "anonymous"],
)
def test_the_new_owner_must_exist(make_user, make_website, owner, error):
    site = make_website(owner=make_user("ada"))

    with pytest.raises(error):
        moving.move_website(OPERATOR, site, **owner)


def test_the_website_must_exist(make_user):
    with pytest.raises(NotFound):
        moving.move_website(OPERATOR, new_id(), user_id=make_user("ada").id)
