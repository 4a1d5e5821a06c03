"""Accepting an invitation: only once, only in time, and only for what the inviter can give now."""

from uuid import UUID, uuid4

import pytest

from app.domain.actor import OPERATOR
from app.domain.errors import Conflict, Invalid, LinkExpired, NotFound, Throttled, WrongCredentials
from app.services.access import grants
from app.services.authentication import hashing, login
from app.services.invitations import accept as acceptance
from app.services.invitations import manage
from app.services.teams import memberships, teams
from app.services.users import accounts
from app.services.websites import websites
from tests.actors import VISITOR, visitor_at
from tests.services.invitations.conftest import PASSWORD


def site_entry(site, role="view"):
    return {"website_id": site, "role": role}


class TestAccepting:
    def test_the_account_is_one_like_any_other(self, app, admin, invite, accept, look):
        made = invite(admin.actor, username="ada")

        assert accept(made.token) == "ada"

        with app.app_context():
            assert login.login(VISITOR, "Ada", PASSWORD).identity.user.id == made.user_id
        user, invitation = look.user(made.user_id), look.invitation(made.id)
        assert (user.pending, user.role) == (False, "user")
        assert (invitation.token_hash, invitation.link_token_hash) == (None, None)
        assert invitation.accepted_at is not None

    @pytest.mark.parametrize("role", ["view-only", "user", "admin"])
    def test_it_has_the_role(self, admin, invite, accept, look, role):
        made = invite(admin.actor, username="ada", role=role)
        accept(made.token)

        assert look.user(made.user_id).role == role

    def test_it_enters_its_teams_and_keeps_its_grants(self, admin, invite, accept, look, make_website, make_team):
        site, team = make_website(owner=admin), make_team(admin)
        made = invite(
            admin.actor,
            username="ada",
            grants=[site_entry(site, "write")],
            teams=[{"team_id": team, "role": "team-manager"}],
        )

        accept(made.token)

        assert look.grants(made.user_id) == {site: "write"}
        assert look.teams(made.user_id) == {team: "team-manager"}

    def test_it_stays_what_it_was_made_meanwhile(self, app, admin, invite, accept, look, make_team):
        team = make_team(admin)
        made = invite(admin.actor, username="ada", teams=[{"team_id": team, "role": "team-manager"}])
        with app.app_context():
            accounts.update_user(admin.actor, made.user_id, role="admin")
            memberships.add_member(admin.actor, team, user_id=made.user_id, role="team-view-only")

        accept(made.token)

        assert look.user(made.user_id).role == "admin"
        assert look.teams(made.user_id) == {team: "team-view-only"}

    def test_the_inviter_is_told(self, app, admin, invite, accept, look, with_mail, as_operator):
        as_operator(accounts.update_user, admin.id, email="admin@example.org")
        accept(invite(admin.actor, username="ada").token)

        assert look.mails()[-1] == ("invitation-accepted", "admin@example.org", {"username": "ada"})

    def test_the_operators_invitations_are_as_good(self, invite, accept, look, make_user, make_website):
        site = make_website(owner=make_user())
        made = invite(username="ada", role="admin")
        other = invite(username="bob", grants=[site_entry(site, "admin")])

        accept(made.token)
        accept(other.token)

        assert look.user(made.user_id).role == "admin"
        assert look.grants(other.user_id) == {site: "admin"}

    @pytest.mark.parametrize("password", ["short", "x" * 73, ""])
    def test_a_bad_password_changes_nothing(self, admin, invite, accept, look, password):
        made = invite(admin.actor, username="ada")

        with pytest.raises(Invalid):
            accept(made.token, password)

        assert look.user(made.user_id).pending is True
        assert accept(made.token) == "ada"


class TestLinksThatAreNotGood:
    @pytest.mark.parametrize(
        "spoil",
        [
            lambda token: "",
            lambda token: token[:-1],
            lambda token: token + "0",
            lambda token: token.upper() if not token.isdigit() else token + "A",
            lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
            lambda token: token + "\n",
            lambda token: "ü" * 32,
            lambda token: "٣" * 32,
            lambda token: "%00" + token,
            lambda token: "\x00" * 32,
            lambda token: "\ud800",
            lambda token: token * 1000,
            lambda token: "' OR '1'='1",
        ],
    )
    def test_a_tampered_one(self, app, admin, invite, accept, spoil):
        token = spoil(invite(admin.actor, username="ada").token)

        with app.app_context():
            for service in (acceptance.find, acceptance.decline):
                with pytest.raises(NotFound, match="no longer valid"):
                    service(VISITOR, token)
        with pytest.raises(NotFound, match="no longer valid"):
            accept(token)

    def test_a_used_one(self, app, admin, invite, accept):
        token = invite(admin.actor, username="ada").token
        accept(token)

        with pytest.raises(NotFound, match="no longer valid"):
            accept(token)
        with app.app_context(), pytest.raises(NotFound, match="no longer valid"):
            acceptance.decline(VISITOR, token)

    def test_one_that_was_taken_back(self, app, admin, invite, accept):
        made = invite(admin.actor, username="ada")
        with app.app_context():
            manage.revoke(admin.actor, made.id)

        with pytest.raises(NotFound, match="no longer valid"):
            accept(made.token)

    def test_one_whose_time_is_over_is_told_apart(self, app, admin, invite, accept, expire, look):
        made = invite(admin.actor, username="ada")
        expire(made.id)

        with pytest.raises(LinkExpired):
            accept(made.token)
        with app.app_context(), pytest.raises(LinkExpired):
            acceptance.decline(VISITOR, made.token)
        assert look.user(made.user_id).pending is True

    def test_one_that_expires_while_the_password_is_hashed(self, admin, invite, accept, expire, look, monkeypatch):
        made = invite(admin.actor, username="ada")
        really = hashing.hash_password
        monkeypatch.setattr(hashing, "hash_password", lambda password: (expire(made.id), really(password))[1])

        with pytest.raises(NotFound):
            accept(made.token)

        assert look.user(made.user_id).pending is True

    def test_one_whose_inviter_is_gone(self, app, admin, make_user, invite, accept):
        inviter = make_user(role="admin")
        made = invite(inviter.actor, username="ada")
        with app.app_context():
            accounts.delete_user(admin.actor, inviter.id)

        with pytest.raises(NotFound, match="no longer valid"):
            accept(made.token)

    def test_one_whose_inviter_goes_while_the_password_is_hashed(
        self, app, admin, make_user, invite, accept, look, monkeypatch
    ):
        inviter = make_user(role="admin")
        made = invite(inviter.actor, username="ada")
        really = hashing.hash_password

        def hash_and_delete(password):
            accounts.delete_user(OPERATOR, inviter.id)
            return really(password)

        monkeypatch.setattr(hashing, "hash_password", hash_and_delete)

        with pytest.raises(NotFound, match="no longer valid"):
            accept(made.token)

        assert look.user(made.user_id).pending is True

    def test_no_password_is_hashed_for_them(self, app, admin, invite, accept, expire, monkeypatch):
        made = invite(admin.actor, username="ada")
        expire(made.id)
        monkeypatch.setattr(hashing, "hash_password", lambda _password: pytest.fail("hashed"))

        with pytest.raises(LinkExpired):
            accept(made.token)
        with pytest.raises(NotFound):
            accept(uuid4().hex)

    def test_guessing_is_throttled_by_address(self, app, admin, invite):
        token = invite(admin.actor, username="ada").token

        with app.app_context():
            for _ in range(100):
                with pytest.raises(NotFound):
                    acceptance.find(visitor_at("192.0.2.1"), uuid4().hex)
            with pytest.raises(Throttled):
                acceptance.find(visitor_at("192.0.2.1"), uuid4().hex)
            with pytest.raises(Throttled):
                acceptance.find(visitor_at("192.0.2.1"), token)
            assert acceptance.find(visitor_at("192.0.2.2"), token).username == "ada"

    def test_looking_at_good_ones_is_not_counted(self, app, admin, invite):
        token = invite(admin.actor, username="ada").token

        with app.app_context():
            for _ in range(150):
                acceptance.find(visitor_at("192.0.2.1"), token)


class TestAnInviterWhoLostSomething:
    """An invitation gives no more than its inviter could give now."""

    @pytest.mark.parametrize("role", ["admin", "user"])
    def test_the_role_of_administrator(self, admin, make_user, invite, accept, look, demote, role):
        inviter = make_user(role="admin")
        made = invite(inviter.actor, username="ada", role=role)
        demote(inviter.id)

        accept(made.token)

        # Users who are not administrators can invite only if they administer a website.
        assert look.user(made.user_id).role == "view-only"

    def test_the_role_of_administrator_but_not_the_website(
        self, admin, make_user, make_website, invite, accept, look, demote
    ):
        inviter = make_user(role="admin")
        site, other = make_website(owner=inviter), make_website(owner=make_user())
        made = invite(inviter.actor, username="ada", grants=[site_entry(site), site_entry(other)])
        demote(inviter.id)

        accept(made.token)

        assert look.user(made.user_id).role == "user"
        assert look.grants(made.user_id) == {site: "view"}

    def test_the_role_of_user(self, make_user, make_website, invite, accept, look, as_operator):
        inviter = make_user()
        site = make_website(owner=inviter)
        made = invite(inviter.actor, username="ada", role="user", grants=[site_entry(site)])
        as_operator(accounts.update_user, inviter.id, role="view-only")

        accept(made.token)

        assert look.user(made.user_id).role == "view-only"
        assert look.grants(made.user_id) == {site: "view"}

    def test_a_website(self, admin, make_user, make_website, invite, accept, look, as_operator):
        inviter = make_user()
        kept, lost = make_website(owner=inviter), make_website(owner=admin)
        as_operator(grants.set_access, inviter.id, [lost], "admin")
        made = invite(inviter.actor, username="ada", grants=[site_entry(kept), site_entry(lost, "write")])
        as_operator(grants.set_access, inviter.id, [lost], "write")

        accept(made.token)

        assert look.grants(made.user_id) == {kept: "view"}
        assert look.user(made.user_id).role == "user"

    def test_all_websites(self, admin, make_user, make_website, invite, accept, look, as_operator):
        inviter, site = make_user(), make_website(owner=admin)
        as_operator(grants.set_access, inviter.id, [site], "admin")
        made = invite(inviter.actor, username="ada", grants=[site_entry(site, "admin")])
        as_operator(grants.set_access, inviter.id, [site], None)

        accept(made.token)

        assert look.grants(made.user_id) == {}
        assert look.user(made.user_id).role == "view-only"

    def test_what_was_granted_with_it_goes_as_well(
        self, admin, make_user, make_website, invite, accept, look, as_operator
    ):
        inviter, site = make_user(), make_website(owner=admin)
        as_operator(grants.set_access, inviter.id, [site], "admin")
        made = invite(inviter.actor, username="ada", grants=[site_entry(site)])
        as_operator(grants.add_capabilities, made.user_id, [site], ["tagmanager_write"])
        as_operator(grants.set_access, inviter.id, [site], None)

        accept(made.token)

        assert look.capabilities(made.user_id) == []

    def test_what_an_administrator_granted_meanwhile_stays(
        self, admin, make_user, make_website, invite, accept, look, as_operator
    ):
        inviter, site = make_user(), make_website(owner=admin)
        as_operator(grants.set_access, inviter.id, [site], "admin")
        made = invite(inviter.actor, username="ada", grants=[site_entry(site)])
        as_operator(grants.set_access, made.user_id, [site], "write")
        as_operator(grants.set_access, inviter.id, [site], None)

        accept(made.token)

        assert look.grants(made.user_id) == {site: "write"}

    def test_a_website_that_is_gone(self, admin, make_website, invite, accept, look, as_operator):
        site = make_website(owner=admin)
        made = invite(admin.actor, username="ada", grants=[site_entry(site)])
        as_operator(websites.delete_website, site)

        assert accept(made.token) == "ada"
        assert look.grants(made.user_id) == {}

    @pytest.mark.parametrize("how", ["left", "demoted", "dissolved"])
    def test_a_team(self, admin, make_user, make_website, make_team, invite, accept, look, as_operator, how):
        inviter = make_user()
        team, other = make_team(admin, manager=inviter), make_team(inviter, "Other")
        made = invite(
            inviter.actor,
            username="ada",
            grants=[site_entry(make_website(owner=inviter))],
            teams=[{"team_id": team, "role": "team-member"}, {"team_id": other, "role": "team-view-only"}],
        )
        if how == "left":
            as_operator(memberships.remove_member, team, inviter.id)
        elif how == "demoted":
            as_operator(memberships.update_member, team, inviter.id, role="team-member")
        else:
            as_operator(teams.delete_team, team)

        accept(made.token)

        assert look.teams(made.user_id) == {other: "team-view-only"}

    def test_grants_of_an_inviter_who_became_an_administrator_stay(
        self, make_user, make_website, invite, accept, look, as_operator
    ):
        inviter = make_user()
        site = make_website(owner=inviter)
        made = invite(inviter.actor, username="ada", grants=[site_entry(site)])
        as_operator(accounts.update_user, inviter.id, role="admin")

        accept(made.token)

        assert look.grants(made.user_id) == {site: "view"}


class TestDeclining:
    def test_the_account_is_gone_and_the_inviter_told(self, app, admin, invite, look, with_mail, as_operator):
        as_operator(accounts.update_user, admin.id, email="admin@example.org")
        made = invite(admin.actor, username="ada")

        with app.app_context():
            acceptance.decline(VISITOR, made.token)

        assert look.user(made.user_id) is None
        assert look.mails()[-1] == ("invitation-declined", "admin@example.org", {"username": "ada"})

    def test_twice_is_once(self, app, admin, invite, with_mail):
        made = invite(admin.actor, username="ada")

        with app.app_context():
            acceptance.decline(VISITOR, made.token)
            with pytest.raises(NotFound):
                acceptance.decline(VISITOR, made.token)

    def test_websites_that_it_was_given_do_not_go_with_it(self, app, admin, invite, look, make_website):
        made = invite(admin.actor, username="ada")
        make_website(owner=look.user(made.user_id))

        with app.app_context(), pytest.raises(Conflict, match="websites"):
            acceptance.decline(VISITOR, made.token)

        assert look.user(made.user_id) is not None


class TestTheOffer:
    def test_it_tells_names_not_ids(self, app, admin, invite, make_website, make_team):
        site, team = make_website("Shop", owner=admin), make_team(admin, "Blue")
        made = invite(
            admin.actor,
            username="ada",
            email="ada@example.org",
            grants=[site_entry(site, "write")],
            teams=[{"team_id": team, "role": "team-member"}],
        )

        with app.app_context():
            offer = acceptance.find(VISITOR, made.token)

        assert (offer.username, offer.email, offer.inviter_name, offer.role) == (
            "ada",
            "ada@example.org",
            "admin",
            "user",
        )
        assert [(row.name, row.role) for row in offer.websites] == [("Shop", "write")]
        assert offer.teams == ["Blue"]

    def test_looking_uses_nothing_up(self, app, admin, invite, accept):
        made = invite(admin.actor, username="ada")
        with app.app_context():
            for _ in range(3):
                acceptance.find(VISITOR, made.token)

        assert accept(made.token) == "ada"


def test_nobody_logs_in_before(app, admin, invite):
    made = invite(admin.actor, username="ada")

    with app.app_context(), pytest.raises(WrongCredentials):
        login.login(VISITOR, "ada", PASSWORD)
    assert isinstance(made.user_id, UUID)
