"""A call takes few statements, and no more for many users and sites than for one."""

import pytest

from tests.http.test_statements import counting

MANY = 12
READS = [
    ("getUsers", {}, 2),
    ("getUsers", {"filter_limit": 5}, 2),
    ("getUsers", {"userLogins": "user1,user2"}, 2),
    ("getUsersLogin", {}, 2),
    ("getUser", {"userLogin": "first"}, 2),
    ("getUserByEmail", {"userEmail": "first@password.de"}, 2),
    ("getUsersHavingSuperUserAccess", {}, 2),
    ("getUsersPlusRole", {"idSite": 0}, 3),
    ("getUsersPlusRole", {"idSite": 0, "filter_access": "view", "filter_search": "user", "limit": 3}, 3),
    ("getUsersAccessFromSite", {"idSite": 0}, 3),
    ("getUsersWithSiteAccess", {"idSite": 0, "access": "view"}, 3),
    ("getUsersSitesFromAccess", {"access": "view"}, 2),
    ("getSitesAccessFromUser", {"userLogin": "first"}, 3),
    ("getSitesAccessForUser", {"userLogin": "first"}, 3),
]
"""The most statements in a superuser's call, including the one that identifies the caller."""


@pytest.fixture
def world(superuser, root, add, make_website, number, give):
    """``world(n)``: adds that many users and sites; all users have ``view`` on all of them."""
    numbers = []

    def grow(count):
        names = [add(f"user{len(numbers) + index}").username for index in range(count)] if numbers else []
        if not numbers:
            names = [add("first").username]
        numbers.extend(number(make_website(owner=root)) for _ in range(count))
        for name in names:
            give(name, ["view", "tagmanager_write"], *numbers)
        return numbers

    return grow


@pytest.mark.parametrize(("method", "given", "most"), READS)
def test_reading(app, superuser, world, method, given, most):
    first = world(1)[0]
    given = given | ({"idSite": first} if "idSite" in given else {})

    def count():
        with counting(app) as statements:
            response = superuser.call(f"UsersManager.{method}", **given)
        assert response.status_code == 200, response.text
        return len(statements)

    few = count()
    world(MANY)

    assert count() == few <= most


@pytest.mark.parametrize(
    ("method", "given", "most"),
    [
        ("getUsers", {}, 3),
        ("getUsersLogin", {}, 3),
        ("getUsersPlusRole", {"idSite": 0}, 3),
        ("getSitesAccessForUser", {"userLogin": "first"}, 4),
    ],
)
def test_reading_as_a_site_admin(app, add, world, give, caller_of, method, given, most):
    """One more statement, which checks whether they administer any site."""
    first = world(1)[0]
    boss = add("boss")
    give(boss, "admin", first)
    caller, given = caller_of(boss), given | ({"idSite": first} if "idSite" in given else {})

    with counting(app) as statements:
        assert caller.call(f"UsersManager.{method}", **given).status_code == 200

    assert len(statements) <= most


def test_giving_access_takes_no_more_for_many_sites(app, superuser, world):
    first, *others = world(MANY)

    def count(numbers):
        with counting(app) as statements:
            superuser.call("UsersManager.setUserAccess", userLogin="first", access="write", idSites=numbers)
        return len(statements)

    # Caller; sites; user; BEGIN on SQLite; a lock on the sites and one on the user; set; drop implied capabilities;
    # audit log.
    assert count([first]) == count([first, *others]) <= 10
