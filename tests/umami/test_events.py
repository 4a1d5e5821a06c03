"""What each changing endpoint records, and that it is recorded in the transaction of the change."""

import pytest

from tests.listening import heard, names, stored
from tests.umami.test_matrix import BODIES, CALLERS, ROWS

RECORDED = {
    "POST /api/auth/login": ["SessionOpened"],
    "POST /api/auth/forgot-password": ["PasswordResetRequested"],
    "POST /api/auth/logout": ["SessionsRevoked"],
    "POST /api/auth/sso": ["SessionOpened"],
    "POST /api/auth/confirm": ["PasswordConfirmed"],
    "POST /api/me/password": ["PasswordChanged"],
    "POST /api/me/api-keys": ["ApiKeyCreated"],
    "POST /api/users/:self/api-keys": ["ApiKeyCreated"],
    "POST /api/users/:outsider/api-keys": ["ApiKeyCreated"],
    "DELETE /api/me/sessions/:my-session": ["SessionsRevoked"],
    "POST /api/admin/teams/:team/2fa": ["SecondFactorRequirementChanged"],
    "POST /api/admin/users/:outsider/2fa": ["SecondFactorRequirementChanged"],
    "POST /api/admin/webhooks": ["WebhookCreated"],
    "POST /api/admin/webhooks/:webhook": ["WebhookUpdated"],
    "DELETE /api/admin/webhooks/:webhook": ["WebhookDeleted"],
    "POST /api/admin/webhooks/:webhook/secret": ["WebhookSecretRotated"],
    "POST /api/admin/webhooks/:webhook/test": ["WebhookTested"],
    "POST /api/admin/webhooks/:webhook/deliveries/:delivery/redeliver": ["WebhookRedelivered"],
    "POST /api/users": ["UserCreated"],
    "POST /api/users/:self": ["UserUpdated"],
    "POST /api/users/:outsider": ["UserUpdated"],
    "DELETE /api/users/:self/sessions": ["SessionsRevoked"],
    "DELETE /api/users/:outsider/sessions": ["SessionsRevoked"],
    "DELETE /api/users/:colleague/sessions/:foreign-session": ["SessionsRevoked"],
    "POST /api/users/:deleted/restore": ["UserRestored"],
    "POST /api/users/:outsider/reset-link": ["PasswordResetLinkCreated"],
    "POST /api/users/:outsider/disable": ["SessionsRevoked", "UserDisabled"],
    "DELETE /api/users/:outsider": ["WebsiteDeleted", "SessionsRevoked", "UserDeleted"],
    "PUT /api/users/:outsider": ["UserUpdated"],
    "PUT /api/users/:unknown": ["UserCreated"],
    "PUT /api/teams/:team": ["TeamUpdated"],
    "PUT /api/teams/:unknown": ["TeamCreated"],
    "PUT /api/teams/:team/users/:colleague": ["MembershipChanged"],
    "PUT /api/teams/:team/users/:outsider": ["MembershipAdded"],
    "PUT /api/teams/:team/users/:outsider with team-owner": ["MembershipAdded"],
    "PUT /api/websites/:site": ["WebsiteUpdated"],
    "PUT /api/websites/:foreign-site": ["WebsiteUpdated"],
    "PUT /api/websites/:unknown": ["WebsiteCreated"],
    "POST /api/bulk": ["TeamCreated"],
    "POST /api/teams": ["TeamCreated"],
    "POST /api/teams for another user": ["TeamCreated"],
    "POST /api/teams/join": ["MembershipAdded"],
    "POST /api/teams/:team": ["TeamUpdated"],
    "DELETE /api/teams/:team": ["WebsiteTransferred", "TeamDeleted"],
    "POST /api/teams/:team/users": ["MembershipAdded"],
    "POST /api/teams/:team/users/:colleague": ["MembershipChanged"],
    "POST /api/teams/:team/users/:colleague with team-owner": ["MembershipChanged"],
    "DELETE /api/teams/:team/users/:self": ["MembershipRemoved"],
    "DELETE /api/teams/:team/users/:colleague": ["MembershipRemoved"],
    "POST /api/teams/:team/websites": ["WebsiteCreated"],
    "DELETE /api/teams/:team/websites/:site": ["WebsiteDeleted"],
    "POST /api/websites": ["WebsiteCreated"],
    "POST /api/websites for the team": ["WebsiteCreated"],
    "POST /api/websites/:site": ["WebsiteUpdated"],
    "POST /api/websites/:mine": ["WebsiteUpdated"],
    "POST /api/websites/:foreign-site": ["WebsiteUpdated"],
    "DELETE /api/websites/:site": ["WebsiteDeleted"],
    "DELETE /api/websites/:mine": ["WebsiteDeleted"],
    "DELETE /api/websites/:foreign-site": ["WebsiteDeleted"],
    "POST /api/websites/:site/reset": ["WebsiteReset"],
    "POST /api/websites/:mine/reset": ["WebsiteReset"],
    "POST /api/websites/:foreign-site/reset": ["WebsiteReset"],
    "POST /api/websites/:site/transfer to the caller": ["WebsiteTransferred"],
    "POST /api/websites/:mine/transfer to the team": ["WebsiteTransferred"],
    "POST /api/websites/:site/shares": ["ShareCreated"],
    "POST /api/websites/:mine/shares": ["ShareCreated"],
    "POST /api/websites/:foreign-site/shares": ["ShareCreated"],
    "PUT /api/websites/:site/access/:outsider": ["GrantsChanged"],
    "PUT /api/websites/:mine/access/:outsider": ["GrantsChanged"],
    "PUT /api/websites/:foreign-site/access/:outsider": ["GrantsChanged"],
    "DELETE /api/websites/:site/access/:outsider": ["GrantsChanged"],
    "DELETE /api/websites/:mine/access/:outsider": ["GrantsChanged"],
    "DELETE /api/websites/:foreign-site/access/:outsider": ["GrantsChanged"],
    "POST /api/invitations": ["InvitationCreated"],
    "POST /api/invitations to their website": ["InvitationCreated"],
    "POST /api/invitations to the team's website": ["InvitationCreated"],
    "POST /api/invitations to the team": ["InvitationCreated"],
    "POST /api/invitations of an administrator": ["InvitationCreated"],
    "DELETE /api/invitations/:invitation": ["UserDeleted", "InvitationRevoked"],
    "POST /api/invitations/:invitation/resend": ["InvitationResent"],
    "POST /api/share": ["ShareCreated"],
    "POST /api/share of another's website": ["ShareCreated"],
    "POST /api/share/id/:share": ["ShareUpdated"],
    "POST /api/share/id/:foreign-share": ["ShareUpdated"],
    "DELETE /api/share/id/:share": ["ShareDeleted"],
    "DELETE /api/share/id/:foreign-share": ["ShareDeleted"],
}
"""The events that a successful call records, by row of the matrix."""
NOTHING_TO_RECORD = {
    "POST /api/admin/import",  # the matrix's file is empty
    "POST /api/admin/state/plan",  # changes nothing
    "POST /api/auth/verify",  # reads
    "POST /api/2fa/setup/initiate",  # changes nothing until a code confirms it
    "POST /api/2fa/setup/cancel",
    "POST /api/admin/2fa/global",  # is not required initially
    "DELETE /api/admin/users/:outsider/2fa",  # has none initially
    "POST /api/users/:outsider/enable",  # is not disabled initially
    "DELETE /api/me/sessions",  # the matrix's callers have only one
}
SAID = {
    "POST /api/admin/webhooks/:webhook": {"events": ["teams"]},
    "POST /api/admin/teams/:team/2fa": {"required": True},
    "POST /api/admin/users/:outsider/2fa": {"required": True},
    "POST /api/users/:self": {"displayName": "Another"},
    "POST /api/users/:outsider": {"displayName": "Another"},
    "POST /api/teams/:team": {"name": "Another"},
    **{f"POST /api/websites/{site}": {"name": "Another"} for site in (":site", ":mine", ":foreign-site")},
}
"""Bodies that change something, for rows where the matrix sends none."""
SUCCEEDING = {
    call: next(
        name
        for name, outcome in zip(CALLERS, outcomes.split(), strict=True)
        if outcome in ("200", "201") and name != "share token"
    )
    for call, outcomes in ROWS
    if not call.startswith("GET") and {"200", "201"} & {*outcomes.split()}
}
"""Changing calls, each with a caller who succeeds."""


def test_every_changing_call_of_the_matrix_is_told_here():
    assert {*RECORDED, *NOTHING_TO_RECORD} == {*SUCCEEDING}


def send(world, call):
    method, path, *_ = call.split()
    caller = SUCCEEDING[call]
    return world.send(method, path, caller, json=world.filled(SAID.get(call) or BODIES.get(call, {}), caller))


@pytest.mark.parametrize("call", RECORDED)
class TestEveryChange:
    def test_it_is_recorded_with_who_made_it_and_from_where(self, world, call):
        with heard(world.app) as events:
            response = send(world, call)

        assert response.status_code in (200, 201), response.text
        assert names(events) == RECORDED[call]
        assert {event.actor.origin.protocol for event in events} == {"umami"}
        assert {event.actor.origin.address for event in events} == {"127.0.0.1"}
        assert {event.actor.origin.request_id for event in events} == {response.headers["X-Request-Id"]}
        assert {event.actor.id for event in events} <= {None, world.users.get(SUCCEEDING[call]), world.users["user"]}

    def test_it_is_recorded_in_the_transaction_of_the_change(self, world, call):
        before = stored(world.app)

        with heard(world.app, refuse=True) as events:
            response = send(world, call)

        assert response.status_code == 500
        assert events
        assert stored(world.app) == before


def test_no_event_shows_a_secret(world):
    secrets = {"another horse", "correct horse", "new-slug"}

    for call in RECORDED:
        world.restore()
        with heard(world.app) as events:
            send(world, call)
        assert not [secret for secret in secrets if secret in repr(events)], call
