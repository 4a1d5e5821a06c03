"""The last administrator cannot be deleted or demoted."""

import pytest
from sqlalchemy import update

from app.domain.actor import OPERATOR
from app.domain.errors import Conflict
from app.models import User
from app.services.users import accounts
from tests.umami.decisions.envelopes import OK, bad_request


class TestLastAdmin:
    @pytest.mark.parametrize("role", ["user", "view-only"])
    def test_the_last_one_cannot_be_demoted(self, client_of, admin, role):
        client = client_of(admin)

        response = client.post(f"/api/users/{admin.id}", json={"role": role})

        assert response.status_code == 400
        assert response.json == bad_request("The last administrator cannot be demoted.")
        assert client.get(f"/api/users/{admin.id}").json["role"] == "admin"

    def test_nothing_of_a_refused_change_is_kept(self, client_of, admin, log_in):
        client = client_of(admin)

        response = client.post(
            f"/api/users/{admin.id}", json={"role": "user", "username": "root", "password": "another correct horse"}
        )

        assert response.status_code == 400
        assert client.get("/api/me").json["user"]["username"] == "admin"
        assert log_in(admin).status_code == 200

    def test_the_last_one_cannot_be_deleted_on_another_wire_either(self, app, admin, client_of):
        with app.app_context(), pytest.raises(Conflict, match=r"^The last administrator cannot be deleted\.$"):
            accounts.delete_user(OPERATOR, admin.id)

        assert client_of(admin).get("/api/me").status_code == 200

    def test_nobody_deletes_themselves(self, client_of, admin, make_user):
        make_user(role="admin")

        response = client_of(admin).delete(f"/api/users/{admin.id}")

        assert response.status_code == 400
        assert response.json == bad_request("You cannot delete yourself.")

    def test_one_of_two_can_be_demoted(self, client_of, admin, make_user):
        other = make_user("other", role="admin")

        response = client_of(admin).post(f"/api/users/{other.id}", json={"role": "user"})

        assert response.status_code == 200
        assert response.json == {
            "id": str(other.id),
            "username": "other",
            "role": "user",
            "createdAt": response.json["createdAt"],
            "twoFactorRequired": False,
        }

    def test_one_of_two_may_step_down(self, client_of, admin, make_user):
        make_user(role="admin")

        response = client_of(admin).post(f"/api/users/{admin.id}", json={"role": "user"})

        assert response.status_code == 200
        assert response.json["role"] == "user"

    def test_one_of_two_can_be_deleted(self, client_of, admin, make_user):
        other = make_user(role="admin")

        response = client_of(admin).delete(f"/api/users/{other.id}")

        assert response.status_code == 200
        assert response.json == OK

    def test_a_deleted_one_does_not_count(self, client_of, admin, make_user, in_database):
        gone = make_user(role="admin")
        with in_database() as session:
            session.execute(update(User).where(User.id == gone.id).values(deleted_at=User.created_at))

        response = client_of(admin).post(f"/api/users/{admin.id}", json={"role": "user"})

        assert response.status_code == 400
        assert response.json == bad_request("The last administrator cannot be demoted.")

    def test_sending_the_whole_record_back_is_no_demotion(self, client_of, admin):
        client = client_of(admin)
        record = client.get(f"/api/users/{admin.id}").json

        response = client.post(f"/api/users/{admin.id}", json=record)

        assert response.status_code == 200
        assert response.json == record
