"""Which events become messages, when, and what the messages contain."""

import pytest

from app.domain.actor import OPERATOR
from app.domain.errors import Missing, UnknownEventType
from app.services.audit import chain, log
from app.services.audit.rows import action_of
from app.services.teams import memberships
from app.services.users import accounts
from app.services.webhooks import manage, types
from tests.conftest import PASSWORD
from tests.listening import Refusing, heard
from tests.services.audit.test_rows import kinds


def kinds_of(messages):
    return [message.type for message in messages()]


class TestMessages:
    def test_an_event_is_sent_with_what_the_audit_log_says(self, client_of, admin, make_webhook, receiver, deliver):
        made = make_webhook("users")
        client = client_of(admin)
        client.post("/api/users", json={"username": "ada", "password": PASSWORD, "role": "user"})

        tally = deliver()

        (event,) = client.get("/api/admin/audit?action=user-created&pageSize=1").json["data"]
        assert (tally.delivered, tally.postponed) == (1, 0)
        (told,) = receiver.verified(made.secret)
        moment = told.pop("timestamp")
        left_out = {"createdAt", "action", "hash", "keyId"}
        assert told == {"type": "user-created", "data": {k: v for k, v in event.items() if k not in left_out}}
        assert moment[:26] + "Z" == event["createdAt"]
        ((path, headers, _body),) = receiver.requests
        assert path == "/hook?from=frontdesk"
        assert headers["content-type"] == "application/json"

    def test_a_change_that_is_rolled_back_is_never_sent(self, app, make_webhook, messages, deliver):
        make_webhook("users")

        with app.app_context(), heard(app, refuse=True), pytest.raises(Refusing):
            accounts.create_user(OPERATOR, username="ada", password=PASSWORD)
        deliver()

        assert messages() == []

    def test_no_secret_is_sent(self, client_of, admin, make_webhook, receiver, deliver):
        make_webhook()
        client = client_of(admin)
        key = client.post("/api/me/api-keys", json={"name": "x"}).json["key"]
        client.post("/api/users", json={"username": "ada", "password": "a secret one", "role": "user"})
        second = client.post("/api/admin/webhooks", json={"url": "https://example.com/token-in-path"}).json

        deliver()

        sent = b"".join(body for _, _, body in receiver.requests).decode()
        assert "webhook-created" in sent
        assert not [secret for secret in (key, "a secret one", second["secret"], "token-in-path") if secret in sent]

    def test_each_webhook_gets_what_it_asks_for(self, app, make_user, make_team, make_webhook, messages):
        hooks = {name: make_webhook(name) for name in ("users", "membership-added", "websites")}
        everything = make_webhook("*")
        owner, member = make_user(), make_user()
        team = make_team(owner)
        with app.app_context():
            memberships.add_member(OPERATOR, team, user_id=member.id, role="team-member")
            chain.seal()

        got = {name: [m.type for m in messages() if m.webhook_id == hook.id] for name, hook in hooks.items()}
        assert got == {"users": ["user-created"] * 2, "membership-added": ["membership-added"], "websites": []}
        assert [m.type for m in messages() if m.webhook_id == everything.id] == [
            "user-created",
            "user-created",
            "team-created",
            "membership-added",
        ]

    def test_messages_are_stored_once_however_often_the_log_is_sealed(self, app, make_user, make_webhook, messages):
        make_webhook("users")
        make_user()

        with app.app_context():
            for _ in range(3):
                chain.seal()
            log.list_before(OPERATOR, None, 10, log.AuditFilters())

        assert kinds_of(messages) == ["user-created"]

    def test_a_disabled_webhook_gets_nothing_and_nothing_later(self, app, make_user, make_webhook, messages, deliver):
        made = make_webhook("users")
        with app.app_context():
            manage.update(OPERATOR, made.id, enabled=False)
        make_user()
        deliver()
        with app.app_context():
            manage.update(OPERATOR, made.id, enabled=True)
        make_user()
        deliver()

        assert kinds_of(messages) == ["user-created"]

    def test_events_before_its_creation_are_not_sent(self, make_user, make_webhook, messages, deliver):
        make_user()
        make_webhook("users")
        deliver()

        assert messages() == []


class TestSelections:
    def test_every_event_is_in_a_group(self):
        assert set(types.groups()) == {action_of(kind) for kind in kinds()}
        assert set(types.groups().values()) == {*types.GROUPS.values(), types.OTHERS}

    @pytest.mark.parametrize(
        ("action", "group"),
        [
            ("user-created", "users"),
            ("role-changed", "users"),
            ("team-deleted", "teams"),
            ("membership-removed", "memberships"),
            ("share-created", "websites"),
            ("grants-changed", "grants"),
            ("session-opened", "sign-ins"),
            ("second-factor-failed", "sign-ins"),
            ("api-key-created", "credentials"),
            ("audit-pruned", "server"),
        ],
    )
    def test_groups_are_as_documented(self, action, group):
        assert types.groups()[action] == group

    def test_a_selection_is_stored_in_order_and_once(self):
        assert types.cleaned(["users", "team-created", "users"]) == ["team-created", "users"]
        assert types.cleaned(["users", "*"]) == ["*"]

    @pytest.mark.parametrize("name", ["user", "users ", "USERS", "", "ping"])
    def test_an_unknown_name_is_an_error(self, name):
        with pytest.raises(UnknownEventType):
            types.cleaned([name])

    def test_an_empty_selection_is_an_error(self):
        with pytest.raises(Missing):
            types.cleaned([])
