"""Accounts on Umami's wire: shapes, whole bodies compared."""

ADA = {"username": "ada", "password": "correct horse", "role": "user"}


class TestCreate:
    def test_a_fresh_account_answers_with_id_name_and_role(self, client_of, admin):
        response = client_of(admin).post("/api/users", json=ADA)

        assert response.status_code == 200
        assert response.content_type == "application/json"
        assert list(response.json) == ["id", "username", "role"]
        assert response.json == {"id": response.json["id"], "username": "ada", "role": "user"}

    def test_a_taken_username_is_refused(self, client_of, admin, make_user):
        make_user(username="ada")

        response = client_of(admin).post("/api/users", json=ADA)

        assert response.status_code == 400
        assert response.json == {"error": {"message": "User already exists", "code": "bad-request", "status": 400}}
