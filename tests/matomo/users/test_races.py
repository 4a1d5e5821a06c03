"""Concurrent calls: nothing is written partially or twice."""

import pytest
from sqlalchemy import func, select

from app.db.session import transaction
from app.domain.errors import DeletedMeanwhile
from app.domain.roles import Role
from app.models import Grant, GrantedCapability, User
from tests.matomo.conftest import SUCCESS, failure
from tests.matomo.users import says
from tests.racing import ROUNDS, at_once

ADD = "UsersManager.addUser"


def messages(answers):
    assert all(answer.status_code == 200 for answer in answers), [answer.text for answer in answers]
    return sorted(answer.json["message"] for answer in answers)


@pytest.mark.parametrize("attempt", range(ROUNDS))
class TestAtOnce:
    def test_one_login_twice(self, root, caller_of, attempt):
        calls = [caller_of(root) for _ in range(4)]

        answers = at_once(
            *[
                lambda caller=caller, index=index: caller.call(
                    ADD, userLogin="ada", password="geqgeagae", email=f"a{index}@x.org"
                )
                for index, caller in enumerate(calls)
            ]
        )

        assert messages(answers) == ["Username: Username 'ada' already exists."] * 3 + ["ok"]

    def test_one_address_twice(self, root, caller_of, attempt):
        calls = [caller_of(root) for _ in range(3)]

        answers = at_once(
            *[
                lambda caller=caller, index=index: caller.call(
                    ADD, userLogin=f"ada{index}", password="geqgeagae", email="a@x.org"
                )
                for index, caller in enumerate(calls)
            ]
        )

        assert messages(answers) == ["Email: User with email 'a@x.org' already exists."] * 2 + ["ok"]

    def test_a_login_and_an_address_that_are_the_same(self, root, caller_of, attempt):
        first, second = caller_of(root), caller_of(root)

        answers = at_once(
            lambda: first.call(ADD, userLogin="a@x.org", password="geqgeagae", email="other@x.org"),
            lambda: second.call(ADD, userLogin="ada", password="geqgeagae", email="a@x.org"),
        )

        assert messages(answers)[1] == "ok"
        assert messages(answers)[0].endswith(("already used as a username.", "already used as an email."))

    def test_two_roles_leave_one(self, app, root, add, sites, caller_of, rows, attempt):
        ada = add("ada")
        calls = [(caller_of(root), role) for role in ("view", "write", "admin", "view")]

        answers = at_once(
            *[
                lambda caller=caller, role=role: caller.call(
                    "UsersManager.setUserAccess", userLogin="ada", access=role, idSites="all"
                )
                for caller, role in calls
            ]
        )

        assert all(answer.json == SUCCESS for answer in answers)
        found = rows(ada)
        assert [site for site, _ in found] == sites
        assert len({role for _, role in found}) == 1

    def test_access_for_somebody_who_is_being_deleted(self, app, root, add, sites, caller_of, attempt):
        add("ada")
        first, second = caller_of(root), caller_of(root)

        answers = at_once(
            lambda: first.call(
                "UsersManager.setUserAccess", userLogin="ada", access=["view", "tagmanager_write"], idSites="all"
            ),
            lambda: second.call("UsersManager.deleteUser", userLogin="ada"),
        )

        assert answers[1].json == SUCCESS
        assert answers[0].status_code < 500
        assert answers[0].json == SUCCESS or "ada" in answers[0].text or "no such user" in answers[0].text
        with app.app_context(), transaction() as session:
            for table in (Grant, GrantedCapability):
                in_effect = select(func.count()).select_from(table).join(User, User.id == table.user_id)
                assert session.scalar(in_effect.where(User.deleted_at.is_(None))) == 0

    def test_two_superusers_who_take_it_from_each_other(self, app, root, add, caller_of, attempt):
        second = add("second", role=Role.ADMIN)
        first_caller, second_caller = caller_of(root), caller_of(second)

        answers = at_once(
            lambda: first_caller.call(
                "UsersManager.setSuperUserAccess",
                userLogin="second", hasSuperUserAccess="0", passwordConfirmation=root.password,
            ),
            lambda: second_caller.call(
                "UsersManager.setSuperUserAccess",
                userLogin=root.username, hasSuperUserAccess="0", passwordConfirmation=second.password,
            ),
        )  # fmt: skip

        assert [answer.json for answer in answers].count(SUCCESS) == 1
        with app.app_context(), transaction() as session:
            assert session.scalar(select(func.count()).where(User.role == Role.ADMIN, User.deleted_at.is_(None))) == 1

    def test_two_superusers_who_delete_themselves(self, app, root, add, caller_of, attempt):
        second = add("second", role=Role.ADMIN)
        first_caller, second_caller = caller_of(root), caller_of(second)

        answers = at_once(
            lambda: first_caller.call("UsersManager.deleteUser", userLogin=root.username),
            lambda: second_caller.call("UsersManager.deleteUser", userLogin="second"),
        )

        bodies = [answer.json for answer in answers]
        assert bodies.count(SUCCESS) == 1
        assert failure(says.last_deleted(root.username)) in bodies or failure(says.last_deleted("second")) in bodies


class TestNothingHalfWritten:
    def test_an_account_whose_first_site_goes_meanwhile(self, app, superuser, root, sites, stored, monkeypatch):
        """The account is created before its access; if that fails, there is no account."""

        def fail(*_args, **_values):
            raise DeletedMeanwhile

        monkeypatch.setattr("app.services.users.accounts.set_access", fail)

        response = superuser.call(ADD, userLogin="ada", password="geqgeagae", email="a@x.org", initialIdSite=sites[0])

        assert response.json == failure(DeletedMeanwhile().message)
        assert stored("ada") is None
