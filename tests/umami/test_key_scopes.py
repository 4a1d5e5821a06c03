"""Which scope a key needs for each endpoint of Umami's API, and each method of Matomo's."""

import pytest

from app.api.matomo.registry import METHODS
from app.domain.actor import OPERATOR
from app.domain.scopes import Scope
from app.services.users import accounts
from tests.umami.test_matrix import BODIES, ROWS
from tests.umami.world import PASSWORD, key_of

ENDPOINTS = {
    "any": "GET /api/me, POST /api/bulk",
    "users:read": """
        GET /api/users, GET /api/admin/users, GET /api/users/<user_id>, GET /api/users/<user_id>/sessions,
        GET /api/users/<user_id>/websites, GET /api/users/<user_id>/teams, GET /api/users/<user_id>/access,
        GET /api/admin/users/deleted, GET /api/admin/users/inactive, GET /api/admin/find/user,
        GET /api/admin/find/invitation,
        GET /api/invitations, GET /api/invitations/<invitation_id>, GET /api/admin/users/<user_id>/2fa
    """,
    "users:write": """
        POST /api/users/<user_id>/reset-link,
        POST /api/users, POST /api/users/<user_id>, PUT /api/users/<user_id>,
        DELETE /api/users/<user_id>, POST /api/users/<user_id>/disable,
        POST /api/users/<user_id>/enable, POST /api/users/<user_id>/restore, DELETE /api/users/<user_id>/sessions,
        DELETE /api/users/<user_id>/sessions/<session_id>, POST /api/invitations,
        DELETE /api/invitations/<invitation_id>, POST /api/invitations/<invitation_id>/resend
    """,
    "teams:read": """
        GET /api/admin/find/team,
        GET /api/teams, GET /api/me/teams, GET /api/teams/<team_id>, GET /api/teams/<team_id>/users,
        GET /api/teams/<team_id>/users/<user_id>
    """,
    "teams:write": """
        POST /api/teams, POST /api/teams/join, POST /api/teams/<team_id>, PUT /api/teams/<team_id>,
        DELETE /api/teams/<team_id>, PUT /api/teams/<team_id>/users/<user_id>,
        POST /api/teams/<team_id>/users, POST /api/teams/<team_id>/users/<user_id>,
        DELETE /api/teams/<team_id>/users/<user_id>
    """,
    "websites:read": """
        GET /api/admin/find/website,
        GET /api/me/websites, GET /api/websites, GET /api/boards, GET /api/pixels, GET /api/links, GET /api/dashboard,
        GET /api/teams/<team_id>/websites, GET /api/teams/<team_id>/boards, GET /api/teams/<team_id>/pixels,
        GET /api/teams/<team_id>/links, GET /api/websites/<website_id>, GET /api/websites/<website_id>/shares,
        GET /api/websites/<website_id>/access, GET /api/share/id/<share_id>
    """,
    "websites:write": """
        POST /api/teams/<team_id>/websites, DELETE /api/teams/<team_id>/websites/<website_id>, POST /api/websites,
        POST /api/websites/<website_id>, PUT /api/websites/<website_id>,
        DELETE /api/websites/<website_id>, POST /api/websites/<website_id>/reset,
        POST /api/websites/<website_id>/transfer, POST /api/websites/<website_id>/shares,
        PUT /api/websites/<website_id>/access/<user_id>, DELETE /api/websites/<website_id>/access/<user_id>,
        POST /api/share, POST /api/share/id/<share_id>, DELETE /api/share/id/<share_id>
    """,
    "audit:read": "GET /api/admin/audit",
    "admin": """
        GET /api/admin/export, POST /api/admin/import, GET /api/admin/state, POST /api/admin/state/plan,
        POST /api/admin/state/apply,
        GET /api/admin/teams, GET /api/admin/websites, POST /api/admin/2fa/global, POST /api/admin/teams/<team_id>/2fa,
        POST /api/admin/users/<user_id>/2fa, DELETE /api/admin/users/<user_id>/2fa,
        GET /api/admin/webhooks, POST /api/admin/webhooks, GET /api/admin/webhooks/<webhook_id>,
        POST /api/admin/webhooks/<webhook_id>, DELETE /api/admin/webhooks/<webhook_id>,
        POST /api/admin/webhooks/<webhook_id>/secret, POST /api/admin/webhooks/<webhook_id>/test,
        GET /api/admin/webhooks/<webhook_id>/deliveries,
        POST /api/admin/webhooks/<webhook_id>/deliveries/<delivery_id>/redeliver
    """,
    "none": """
        POST /api/auth/logout, GET /api/auth/verify, POST /api/auth/verify, POST /api/auth/sso, POST /api/auth/confirm,
        GET /api/auth/subscription, POST /api/me/password, GET /api/me/sessions, DELETE /api/me/sessions,
        DELETE /api/me/sessions/<session_id>, GET /api/me/api-keys, POST /api/me/api-keys,
        DELETE /api/me/api-keys/<key_id>, GET /api/users/<user_id>/api-keys, POST /api/users/<user_id>/api-keys,
        DELETE /api/users/<user_id>/api-keys/<key_id>, GET /api/2fa/status, POST /api/2fa/setup/initiate,
        POST /api/2fa/setup/confirm, POST /api/2fa/setup/cancel, POST /api/2fa/disable, POST /api/2fa/verify
    """,
    "public": """
        POST /api/auth/login, POST /api/auth/forgot-password, GET /api/share/<slug>, GET /api/heartbeat,
        GET /api/config
    """,
}
WITH_WRITE = {"users:read": "users:write", "teams:read": "teams:write", "websites:read": "websites:write"}
UMAMI = {"teams:read", "teams:write", "websites:read", "websites:write"}
SCOPE_OF = {
    endpoint.strip(): scope for scope, listed in ENDPOINTS.items() for endpoint in listed.split(",") if endpoint.strip()
}
UNAUTHORIZED = {"error": {"message": "Unauthorized", "code": "unauthorized", "status": 401}}
NEEDS_ADMIN = {"POST /api/invitations of an administrator", "POST /api/users/:self"}
"""Calls that could make the bearer of a key an administrator."""
BY_OPERATION = {"POST /api/bulk": "teams:write"}
"""Calls whose operations need scopes; this is what those of the matrix need. See also ``test_bulk_operations.py``."""
KEYS = [scope.value for scope in Scope] + ["none"]


def may(scope, needed):
    """Return whether a key with this one scope, or with none as in Umami, may be used where ``needed`` is needed."""
    if needed in ("none", "any"):
        return needed == "any"
    return needed in UMAMI if scope == "none" else scope in (needed, WITH_WRITE.get(needed), "admin")


@pytest.fixture
def keys(world):
    """The headers of the administrator's keys: one for each scope, and one with none, as in Umami."""
    return {scope: {"Authorization": f"Bearer {key_of(scope)}"} for scope in KEYS}


def rule_of(app, call):
    method, path, *_ = call.split()
    return f"{method} {app.url_map.bind('localhost').match(path.partition('?')[0], method, return_rule=True)[0].rule}"


def test_the_table_has_every_endpoint(migrated_app):
    routed = {
        f"{method} {rule.rule}"
        for rule in migrated_app.url_map.iter_rules()
        if rule.endpoint.startswith("umami.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    assert set(SCOPE_OF) == routed


@pytest.mark.parametrize("call", [call for call, _ in ROWS])
def test_a_key_without_the_scope_is_refused(migrated_app, world, keys, call):
    needed = SCOPE_OF[rule_of(migrated_app, call)]
    if needed == "public":
        pytest.skip("open to anyone")
    method, path, *_ = call.split()
    before = world.state

    refused = {}
    for scope in KEYS:
        if not may(scope, needed):
            body = world.filled(BODIES.get(call, {}))
            response = world.send(method, path, json=body, headers=keys[scope])
            refused[scope] = (response.status_code, response.json["error"]["message"])

    lacking = f"This API key lacks the scope {needed}."
    assert refused == {
        scope: (401, "Unauthorized" if scope == "none" or needed == "none" else lacking) for scope in refused
    }
    assert world.state == before


@pytest.mark.parametrize(("call", "outcomes"), ROWS, ids=[call for call, _ in ROWS])
def test_a_key_with_the_scope_does_what_its_owner_can(migrated_app, world, keys, call, outcomes):
    needed = SCOPE_OF[rule_of(migrated_app, call)]
    if needed in ("public", "none"):
        pytest.skip("takes no keys")
    method, path, *_ = call.split()
    scope = "admin" if call in NEEDS_ADMIN else BY_OPERATION.get(call, "audit:read") if needed == "any" else needed

    response = world.send(method, path, json=world.filled(BODIES.get(call, {})), headers=keys[scope])

    assert response.status_code == int(outcomes.split()[-1])


METHODS_BY_SCOPE = {
    "any": "API.getMatomoVersion, API.getPiwikVersion, API.getBulkRequest, UsersManager.hasSuperUserAccess",
    "users:read": """
        UsersManager.getAvailableRoles, UsersManager.getAvailableCapabilities, UsersManager.getUsersSitesFromAccess,
        UsersManager.getUsersAccessFromSite, UsersManager.getUsersWithSiteAccess, UsersManager.getSitesAccessFromUser,
        UsersManager.getSitesAccessForUser, UsersManager.getUserPreference, UsersManager.getUsers,
        UsersManager.getUsersLogin, UsersManager.getUser, UsersManager.getUserByEmail,
        UsersManager.getUserLoginFromUserEmail, UsersManager.userExists, UsersManager.userEmailExists,
        UsersManager.getUsersHavingSuperUserAccess, UsersManager.getUsersPlusRole
    """,
    "users:write": """
        UsersManager.addUser, UsersManager.updateUser, UsersManager.deleteUser, UsersManager.inviteUser,
        UsersManager.resendInvite, UsersManager.generateInviteLink, UsersManager.setUserPreference
    """,
    "websites:read": """
        SitesManager.getSiteFromId, SitesManager.getSiteUrlsFromId, SitesManager.getAllSites,
        SitesManager.getAllSitesId, SitesManager.getSitesIdWithAtLeastViewAccess,
        SitesManager.getSitesIdWithViewAccess, SitesManager.getSitesIdWithWriteAccess,
        SitesManager.getSitesIdWithAdminAccess, SitesManager.getSitesWithAtLeastViewAccess,
        SitesManager.getSitesWithViewAccess, SitesManager.getSitesWithAdminAccess, SitesManager.getPatternMatchSites,
        SitesManager.getSitesIdFromSiteUrl, SitesManager.getNumWebsitesToDisplayPerPage,
        SitesManager.isTimezoneSupportEnabled, SitesManager.getTimezonesList, SitesManager.getCurrencyList,
        SitesManager.getSitesGroups, SitesManager.getSitesFromGroup
    """,
    "websites:write": """
        UsersManager.setUserAccess, UsersManager.addCapabilities, UsersManager.removeCapabilities,
        SitesManager.addSite, SitesManager.updateSite, SitesManager.deleteSite
    """,
    "admin": "UsersManager.setSuperUserAccess",
    "none": "UsersManager.createAppSpecificTokenAuth, UsersManager.logoutUser, UsersManager.newsletterSignup",
}
METHOD_SCOPES = {name.strip(): scope for scope, listed in METHODS_BY_SCOPE.items() for name in listed.split(",")}


def test_the_table_has_every_method():
    assert set(METHOD_SCOPES) == {f"{module}.{name}" for module, found in METHODS.items() for name in found}


@pytest.mark.parametrize("name", METHOD_SCOPES)
def test_matomo_wants_the_same_scopes(migrated_app, world, name):
    needed = METHOD_SCOPES[name]
    before = world.state
    texts = {}
    for scope in KEYS:
        form = {"module": "API", "method": name, "format": "json", "token_auth": key_of(scope)}
        response = migrated_app.test_client().post("/index.php", data=form)
        found = response.json
        texts[scope] = (response.status_code, found.get("message") if isinstance(found, dict) else None)

    assert world.state == before  # every call lacks parameters
    lacking = (401, f"This API key lacks the scope {needed}.")
    denied = {scope for scope, (status, _) in texts.items() if status == 401}
    assert denied == {scope for scope in KEYS if not may(scope, needed)}
    assert {texts[scope] for scope in denied - {"none"}} <= ({lacking} if needed != "none" else {texts["admin"]})


LACKING = {
    "error": {
        "message": "This API key lacks the scope admin.",
        "code": "unauthorized",
        "status": 401,
        "reason": "missing-scope",
    }
}


def test_a_key_can_neither_become_an_administrator_nor_make_one(migrated_app, world, keys):
    headers, other, me = keys["users:write"], str(world.users["outsider"]), str(world.users["admin"])
    world.changed = True
    client = migrated_app.test_client()
    invited = world.send("POST", "/api/invitations", json={"username": "boss", "role": "admin"}).json["id"]
    with migrated_app.app_context():
        second = accounts.create_user(OPERATOR, username="second", password="correct horse", role="admin").id

    answers = [
        client.post(path, json=body, headers=headers).json
        for path, body in (
            ("/api/users", {"username": "eve", "password": "correct horse", "role": "admin"}),
            (f"/api/users/{other}", {"role": "admin"}),
            (f"/api/users/{second}", {"role": "user"}),
            (f"/api/users/{second}", {"password": "another horse"}),
            (f"/api/users/{second}", {"email": "eve@example.org"}),
            (f"/api/users/{me}", {"email": "eve@example.org"}),
            ("/api/invitations", {"username": "eve", "role": "admin"}),
            (f"/api/invitations/{invited}/resend", {}),
        )
    ]
    own = client.post(f"/api/users/{me}", json={"password": "another horse"}, headers=keys["admin"]).json

    assert answers == [LACKING] * 8
    assert own == UNAUTHORIZED


def matomo(app, key, method, **parameters):
    form = {"module": "API", "method": f"UsersManager.{method}", "format": "json", "token_auth": key_of(key)}
    return app.test_client().post("/index.php", data=form | parameters).json


def test_nor_with_a_link_for_an_invited_administrator(migrated_app, world, keys):
    world.send("POST", "/api/invitations", json={"username": "boss", "role": "admin"})

    link = matomo(migrated_app, "users:write", "generateInviteLink", userLogin="boss", passwordConfirmation=PASSWORD)

    assert link == {"result": "error", "message": LACKING["error"]["message"]}


def test_matomo_asks_a_key_with_the_scope_admin_for_no_password(migrated_app, world):
    world.changed = True
    made = matomo(migrated_app, "admin", "setSuperUserAccess", userLogin="outsider", hasSuperUserAccess="1")

    assert made == {"result": "success", "message": "ok"}
    assert matomo(migrated_app, "admin", "getUser", userLogin="outsider")["superuser_access"] == 1


def test_chosen_scopes_that_equal_those_of_umami_are_named_in_errors(world):
    refused = world.send("GET", "/api/users", headers={"Authorization": f"Bearer {key_of('chosen')}"}).json

    assert refused["error"]["message"] == "This API key lacks the scope users:read."
