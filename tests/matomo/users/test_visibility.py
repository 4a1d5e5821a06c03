"""Site admins see all users with any access to one of their sites, whatever the source of either access."""

import pytest

from app.domain.roles import Role

EVERYBODY = ["anonymous", "granted", "manager", "member", "nobody", "other", "owner", "superUserLogin", "watcher"]
ON_TEAM_SITE = ["granted", "manager", "member", "watcher"]


@pytest.fixture
def world(root, add, make_team, make_website, number, give):
    """
    A team's site, with members of several roles and an admin grant for ``granted``, and a site of ``owner`` that
    ``other`` and ``anonymous`` may view.
    """
    people = {
        name: add(name, role=Role.VIEW_ONLY if name == "watcher" else Role.USER)
        for name in ("granted", "manager", "member", "nobody", "other", "owner", "watcher")
    }
    team = make_team(root, manager=people["manager"], member=people["member"], view_only=people["watcher"])
    of_team, of_owner = number(make_website(team=team)), number(make_website(owner=people["owner"]))
    give("granted", "admin", of_team)
    give("other", "view", of_owner)
    give("anonymous", "view", of_owner)
    return people


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("superUserLogin", EVERYBODY),
        ("manager", ON_TEAM_SITE),
        ("granted", ON_TEAM_SITE),
        ("owner", ["anonymous", "other", "owner"]),
    ],
)
def test_site_admins(world, root, caller_of, who, seen):
    caller = caller_of(root if who == root.username else world[who])

    assert caller.call("UsersManager.getUsersLogin").json == seen
    assert [row["login"] for row in caller.call("UsersManager.getUsers").json] == seen
    named = caller.call("UsersManager.getUsers", userLogins=",".join(EVERYBODY)).json
    assert [row["login"] for row in named] == seen


@pytest.mark.parametrize("who", ["member", "watcher", "other", "nobody"])
def test_who_administers_nothing_sees_themselves(world, caller_of, who):
    caller = caller_of(world[who])

    assert caller.call("UsersManager.getUsersLogin").status_code == 401
    assert caller.call("UsersManager.getUser", userLogin=who).json["login"] == who


def test_addresses_are_for_superusers_and_of_superusers(world, caller_of):
    records = caller_of(world["owner"]).call("UsersManager.getUsers").json

    assert {row["login"]: row.get("email") for row in records} == {
        "anonymous": None,
        "other": None,
        "owner": "owner@password.de",
    }


def test_a_superuser_who_owns_a_site_stays_out_of_sight(root, add, make_website, number, give, caller_of):
    ada = add("ada")
    site = number(make_website(owner=root))
    give(ada, "admin", site)

    assert caller_of(ada).call("UsersManager.getUsersLogin").json == ["ada"]
    assert caller_of(ada).call("UsersManager.getUsersAccessFromSite", idSite=site).json == {"ada": "admin"}


def test_what_no_longer_gives_a_right_shows_nobody(world, root, caller_of, superuser, client_of):
    manager = caller_of(world["manager"])
    superuser.call("UsersManager.setUserAccess", userLogin="granted", access="noaccess", idSites="all")
    superuser.call("UsersManager.deleteUser", userLogin="member")

    assert manager.call("UsersManager.getUsersLogin").json == ["manager", "watcher"]
