"""May a user see a website, and manage its access? Both APIs agree, whatever the source of the access."""

import pytest

from app.domain.roles import SiteRole, TeamRole

NOTHING, VIEW, WRITE, ADMIN = "noaccess", "view", "write", "admin"
STRENGTH = [NOTHING, VIEW, WRITE, ADMIN]
BY_TEAM = {
    TeamRole.OWNER: ADMIN,
    TeamRole.MANAGER: ADMIN,
    TeamRole.MEMBER: WRITE,
    TeamRole.VIEW_ONLY: VIEW,
}
GRANTS = [None, *SiteRole]
WAYS = [
    *[("stranger", role, grant) for role in ("user", "view-only") for grant in GRANTS],
    *[(str(team), role, grant) for team in BY_TEAM for role in ("user", "view-only") for grant in GRANTS],
    *[("other team", "user", grant) for grant in GRANTS],
    *[("left the team", "user", grant) for grant in GRANTS],
    *[("owner", role, grant) for role in ("user", "view-only") for grant in GRANTS],
    ("stranger", "admin", None),
    ("owner", "admin", None),
]


def expected(tie, role, grant):
    """The strongest access level, according to the rules."""
    ties = {"owner": ADMIN, **{str(team): right for team, right in BY_TEAM.items()}}
    rights = [NOTHING, grant or NOTHING, ties.get(tie, NOTHING), ADMIN if role == "admin" else NOTHING]
    return max(rights, key=STRENGTH.index)


@pytest.fixture
def world(superuser, root, add, make_team, make_website, number, client_of, give):
    """``world(tie, role, grant)``: a user with this tie to a website, and the website."""

    def make(tie, role, grant):
        user = add("user", role=role)
        if tie == "owner":
            website = make_website(owner=user)
        else:
            website = make_website(team=_team(tie, root, user, make_team, client_of))
        if tie == "other team":
            make_team(root, member=user)
        if grant:
            give(user, str(grant), number(website))
        return user, website

    return make


def _team(tie, root, user, make_team, client_of):
    if tie == TeamRole.OWNER:
        return make_team(user)
    if tie in list(BY_TEAM):
        return make_team(root, **{tie.removeprefix("team-").replace("-", "_"): user})
    team = make_team(root, member=[user] if tie == "left the team" else [])
    if tie == "left the team":
        assert client_of(root).delete(f"/api/teams/{team}/users/{user.id}").status_code == 200
    return team


@pytest.mark.parametrize(("tie", "role", "grant"), WAYS)
def test_every_way_of_having_a_right(world, superuser, client_of, caller_of, number, tie, role, grant):
    user, website = world(tie, role, grant)
    umami, matomo, site = client_of(user), caller_of(user), number(website)
    right = expected(tie, role, grant)
    sees, changes, administers = (STRENGTH.index(right) >= STRENGTH.index(least) for least in (VIEW, WRITE, ADMIN))

    assert umami.get(f"/api/websites/{website}").status_code == (200 if sees else 401)
    assert matomo.call("SitesManager.getSiteFromId", idSite=site).status_code == (200 if sees else 401)
    assert (site in matomo.call("SitesManager.getSitesIdWithAtLeastViewAccess").json) == sees

    assert umami.post(f"/api/websites/{website}", json={"name": "Other"}).status_code == (200 if changes else 401)

    assert umami.get(f"/api/websites/{website}/access").status_code == (200 if administers else 401)
    assert matomo.call("UsersManager.getUsersAccessFromSite", idSite=site).status_code == (200 if administers else 401)
    assert (site in matomo.call("SitesManager.getSitesIdWithAdminAccess").json) == administers

    own = {row["login"]: row["role"] for row in matomo.call("UsersManager.getUsersPlusRole", idSite=site).json}
    assert own["user"] == ("superuser" if role == "admin" else right)
    shown = superuser.call("UsersManager.getUsersAccessFromSite", idSite=site).json
    assert dict(shown or {}).get("user", NOTHING) == (NOTHING if role == "admin" else right)


def test_with_a_deleted_website_both_end(world, client_of, caller_of, number, root):
    user, website = world("team-member", "user", SiteRole.VIEW)
    site = number(website)

    client_of(root).delete(f"/api/websites/{website}")

    assert client_of(user).get(f"/api/websites/{website}").status_code == 401
    assert caller_of(user).call("SitesManager.getSiteFromId", idSite=site).status_code == 401


def test_a_grant_given_on_one_wire_is_taken_on_the_other(world, superuser, root, client_of, caller_of, number):
    user, website = world("stranger", "user", None)
    path = f"/api/websites/{website}/access/{user.id}"
    sees = lambda: client_of(user).get(f"/api/websites/{website}").status_code == 200  # noqa: E731

    client_of(root).put(path, json={"role": "view"})
    assert sees()
    superuser.call("UsersManager.setUserAccess", userLogin="user", access="noaccess", idSites=number(website))
    assert not sees()
    superuser.call("UsersManager.setUserAccess", userLogin="user", access="write", idSites=number(website))
    assert client_of(root).get(f"/api/users/{user.id}/access").json["data"][0]["right"] == "write"
    client_of(root).delete(path)
    assert not sees()
    assert caller_of(user).call("SitesManager.getSiteFromId", idSite=number(website)).status_code == 401
