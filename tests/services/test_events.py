"""Events: one for each change, with the actor who made it, recorded in the transaction of the change."""

from dataclasses import replace

import pytest

from app.db.session import transaction
from app.domain.actor import OPERATOR, CredentialKind
from app.domain.errors import Conflict
from app.domain.pagination import Window
from app.models import OutboxMail, User
from app.services import events
from app.services.access import grants
from app.services.authentication import access_tokens, password_resets, sessions
from app.services.invitations import accept, manage
from app.services.notifications import mails
from app.services.teams import memberships
from app.services.users import accounts
from tests.actors import VISITOR
from tests.conftest import PASSWORD
from tests.listening import Refusing, heard, names

NEW = "another correct horse"


@pytest.fixture(autouse=True)
def _in_app(app):
    with app.app_context():
        yield


class TestRecord:
    def test_every_listener_is_told_with_the_session_of_the_change(self, app, admin):
        told = []
        app.extensions["frontdesk"].listeners.append(lambda session, event: told.append((session, event)))
        event = events.UserDeleted(admin.actor, admin.id, "admin", None)

        with transaction() as session:
            events.record(session, event)
        app.extensions["frontdesk"].listeners.pop()

        assert told == [(session, event)]

    def test_what_a_listener_writes_goes_with_the_change(self, app, admin):
        def note(session, _event):
            session.add(OutboxMail(kind="test", recipient="auditor@example.com", parameters={}))

        app.extensions["frontdesk"].listeners.append(note)
        accounts.create_user(admin.actor, username="ada", password=PASSWORD)
        with pytest.raises(Conflict):
            accounts.create_user(admin.actor, username="Ada", password=PASSWORD)
        app.extensions["frontdesk"].listeners.pop()

        with transaction() as session:
            assert session.query(OutboxMail).count() == 1

    def test_a_listener_that_fails_undoes_the_change(self, app, admin):
        with heard(app, refuse=True), pytest.raises(Refusing):
            accounts.create_user(admin.actor, username="ada", password=PASSWORD)

        with transaction() as session:
            assert session.query(User).count() == 1

    def test_what_is_refused_is_not_recorded(self, app, admin, make_user):
        with heard(app) as found, pytest.raises(Conflict):
            accounts.delete_user(admin.actor, admin.id)

        assert found == []


class TestAnAccount:
    def test_each_part_of_a_change_is_an_event_of_its_own(self, app, admin, make_user):
        ada = make_user("ada")

        with heard(app) as found:
            accounts.update_user(
                admin.actor, ada.id, username="lovelace", password=NEW, role="view-only", email="ada@example.com"
            )

        assert found == [
            events.EmailChanged(admin.actor, ada.id, "ada", None, "ada@example.com", False),
            events.RoleChanged(admin.actor, ada.id, "ada", "user", "view-only"),
            events.PasswordChanged(admin.actor, ada.id, "lovelace", None, "admin"),
            events.UserUpdated(admin.actor, ada.id, "lovelace", {"username": ("ada", "lovelace")}),
        ]

    def test_what_stays_as_it_was_is_no_event(self, app, admin, make_user):
        ada = make_user("ada")

        with heard(app) as found:
            accounts.update_user(admin.actor, ada.id, username="ada", role="user", display_name=None)

        assert found == []

    def test_a_new_role_ends_sessions_and_tokens(self, app, admin, make_user, token_of):
        ada = make_user("ada")
        token_of(ada)
        access_tokens.create_token(ada.actor, ada.id, description="Reports")

        with heard(app) as found:
            accounts.update_user(admin.actor, ada.id, role="admin")

        assert names(found) == ["SessionsRevoked", "AccessTokensRevoked", "RoleChanged"]

    def test_closing_one_tells_what_becomes_of_teams_and_websites(self, app, admin, make_user, make_team, make_website):
        ada, bob = make_user("ada"), make_user("bob")
        alone, shared = make_team(ada, "Alone"), make_team(ada, "Shared", member=bob)
        own, of_alone = make_website("Own", owner=ada), make_website("Alone's", team=alone)

        with heard(app) as found:
            accounts.delete_user(admin.actor, ada.id)

        assert found == [
            events.WebsiteDeleted(admin.actor, of_alone, "Alone's"),
            events.TeamDeleted(admin.actor, alone, "Alone", None),
            events.MembershipChanged(admin.actor, shared, bob.id, "team-member", "team-owner"),
            events.MembershipRemoved(admin.actor, shared, ada.id, "team-owner"),
            events.WebsiteDeleted(admin.actor, own, "Own"),
            events.UserDeleted(admin.actor, ada.id, "ada", None),
        ]

    def test_an_heir_is_told_of(self, app, admin, make_user, make_team, make_website):
        ada, bob = make_user("ada"), make_user("bob")
        team, site = make_team(ada, "Blue"), make_website("Own", owner=ada)

        with heard(app) as found:
            accounts.delete_user(admin.actor, ada.id, transfer_to=bob.id)

        assert found == [
            events.MembershipAdded(admin.actor, team, bob.id, "team-owner"),
            events.MembershipRemoved(admin.actor, team, ada.id, "team-owner"),
            events.WebsiteTransferred(admin.actor, site, "Own", ada.id, None, bob.id, None),
            events.UserDeleted(admin.actor, ada.id, "ada", bob.id),
        ]


class TestSessionsAndTokens:
    def test_which_ones_ended(self, app, admin, make_user, token_of):
        ada = make_user("ada")
        token_of(ada)
        first = sessions.list_sessions(ada.actor, Window(0, 20)).rows[0].session.id

        with heard(app) as found:
            sessions.revoke_user(admin.actor, ada.id)

        assert found == [events.SessionsRevoked(admin.actor, ada.id, (first,))]

    def test_none_that_ended_is_no_event(self, app, admin, make_user):
        with heard(app) as found:
            assert sessions.revoke_user(admin.actor, make_user("ada").id) == 0

        assert names(found) == ["UserCreated"]

    @pytest.mark.parametrize("how", ["one", "all"])
    def test_tokens_of_another(self, app, make_user, how):
        ada = make_user("ada")
        with heard(app) as found:
            access_tokens.create_token(OPERATOR, ada.id, description="Reports")
            (token,) = access_tokens.list_tokens(OPERATOR, ada.id)
            if how == "one":
                access_tokens.revoke_token(OPERATOR, token.id, user_id=ada.id)
            else:
                access_tokens.revoke_user(OPERATOR, ada.id)

        assert found == [
            events.AccessTokenCreated(OPERATOR, ada.id, token.id, "Reports", None),
            events.AccessTokensRevoked(OPERATOR, ada.id, (token.id,)),
        ]


class TestLinks:
    """A link's holder is authenticated by the link only: the event says so, and names the invitation."""

    @pytest.fixture
    def invited(self, admin):
        return manage.invite(admin.actor, username="eve")

    def by_link(self, invitation_id):
        return replace(VISITOR, credential=replace(VISITOR.credential, kind=CredentialKind.LINK, id=invitation_id))

    def test_an_invitation_that_is_accepted(self, app, invited):
        with heard(app) as found:
            accept.accept(VISITOR, invited.token, PASSWORD)

        actor = self.by_link(invited.id)
        assert found == [
            events.RoleChanged(actor, invited.user_id, "eve", "view-only", "user"),
            events.InvitationAccepted(actor, invited.id, invited.user_id, "eve", None),
        ]

    def test_one_that_is_declined_is_no_act_of_the_operator(self, app, invited):
        with heard(app) as found:
            accept.decline(VISITOR, invited.token)

        actor = self.by_link(invited.id)
        assert found == [
            events.UserDeleted(actor, invited.user_id, "eve", None),
            events.InvitationDeclined(actor, invited.id, invited.user_id, "eve", None),
        ]

    def test_one_that_is_taken_back(self, app, admin, invited):
        with heard(app) as found:
            manage.make_link(admin.actor, invited.id)
            manage.revoke(admin.actor, invited.id)

        assert [(type(event), event.actor) for event in found] == [
            (events.InvitationLinkCreated, admin.actor),
            (events.UserDeleted, admin.actor),
            (events.InvitationRevoked, admin.actor),
        ]

    def test_a_password_that_is_reset(self, app, admin, make_user):
        ada = make_user("ada")

        with heard(app) as found:
            password_resets.use(VISITOR, password_resets.make_link(admin.actor, ada.id), NEW)

        made, changed = found
        assert made == events.PasswordResetLinkCreated(admin.actor, ada.id, "ada")
        assert (changed.user_id, changed.by) == (ada.id, "link")
        assert (changed.actor.id, changed.actor.credential.kind) == (ada.id, CredentialKind.LINK)


def test_a_grant_that_ends_with_a_membership(app, admin, make_user, make_team, make_website):
    ada, owner = make_user("ada"), make_user("owner")
    team = make_team(owner, member=ada)
    site = make_website(team=team)
    grants.set_access(owner.actor, ada.id, [site], "admin")

    with heard(app) as found:
        memberships.remove_member(owner.actor, team, ada.id)

    assert found == [
        events.MembershipRemoved(owner.actor, team, ada.id, "team-member"),
        events.GrantsChanged(owner.actor, ada.id, [site], [events.OldGrant(site, "admin", [])], None, None),
    ]


def test_a_grant_that_changes_tells_what_there_was(app, admin, make_user, make_website):
    ada, site, other = make_user("ada"), make_website(owner=admin), make_website(owner=admin)
    grants.set_access(admin.actor, ada.id, [site], "view", capabilities=["tagmanager_write"])

    with heard(app) as found:
        grants.set_access(admin.actor, ada.id, [site, other], "admin")

    (old,) = found[0].old_grants
    assert old == events.OldGrant(site, "view", ["tagmanager_write"])
    assert (found[0].role, sorted(found[0].website_ids)) == ("admin", sorted([site, other]))


def test_an_administrator_to_be_loses_grants(app, admin, make_user, make_website):
    ada, site = make_user("ada"), make_website(owner=admin)
    grants.set_access(admin.actor, ada.id, [site], "view")

    with heard(app) as found:
        accounts.update_user(OPERATOR, ada.id, role="admin")

    assert found == [
        events.GrantsChanged(OPERATOR, ada.id, [site], [events.OldGrant(site, "view", [])], None, None),
        events.RoleChanged(OPERATOR, ada.id, "ada", "user", "admin"),
    ]


def test_mail_that_is_tried_again(app):
    with heard(app) as found:
        mails.retry(OPERATOR)

    assert found == [events.MailRetried(OPERATOR, None)]
