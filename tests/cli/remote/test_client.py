"""Calls of a server: retries, time-outs, and what the user is told if it does not answer as expected."""

import subprocess
import time
from types import SimpleNamespace

import pytest

from app.cli.remote import client as clients
from app.cli.remote.client import LONGEST_PAUSE, MOST_ATTEMPTS
from tests.cli.conftest import error_of, invoke
from tests.cli.remote.fakes import OK, Answer, answering
from tests.cli.remote.world import KEY
from tests.live import free_port

REQUEST = [
    "openssl",
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=localhost",
    "-addext",
    "subjectAltName=IP:127.0.0.1",
]
LIST = ("users", "list")
BUSY = {"error": {"message": "The server is busy. Please try again.", "code": "server-error", "status": 503}}
WEBHOOK = {"id": "1", "url": "https://example.com/", "createdAt": "2026-01-01T00:00:00.000Z", "events": ["*"]}


@pytest.fixture(autouse=True)
def pauses(monkeypatch):
    """The pauses between attempts, which are noted instead of made."""
    made = []
    monkeypatch.setattr(clients, "time", SimpleNamespace(sleep=made.append, monotonic=time.monotonic))
    monkeypatch.setenv("FRONTDESK_API_KEY", KEY)
    return made


def at(fake, *arguments, **options):
    return invoke(None, "--server", fake.url, *arguments, **options)


def problem(status, kind, detail, **values):
    return Answer(
        status,
        {"type": f"urn:frontdesk:error:{kind}", "title": "", "status": status, "detail": detail, "values": values},
        type="application/problem+json",
    )


def certificate(folder):
    """Return a file with a certificate of its own authority, and its key."""
    file = folder / "cert.pem"
    subprocess.run([*REQUEST, "-out", file, "-keyout", folder / "key.pem"], check=True, capture_output=True)
    file.write_text(file.read_text() + (folder / "key.pem").read_text())
    return file


def taken():
    return problem(400, "username-taken", "User already exists", username="ada")


class TestRequests:
    def test_name_the_key_the_release_and_what_they_accept(self):
        with answering(Answer()) as fake:
            at(fake, *LIST, "--search", "a b&c")

        ((method, path, headers),) = fake.asked
        assert (method, path) == ("GET", "/api/admin/users?page=1&pageSize=100&search=a+b%26c")
        assert headers["Authorization"] == f"Bearer {KEY}"
        assert headers["Accept"] == "application/json, application/problem+json"
        assert headers["User-Agent"].startswith("frontdesk/")

    def test_go_to_a_path_if_the_address_has_one(self):
        with answering(Answer()) as fake:
            invoke(None, "--server", f"{fake.url}/front/desk/", *LIST)

        assert fake.asked[0][1].startswith("/front/desk/api/admin/users?")

    def test_get_all_rows_even_if_the_server_has_smaller_pages(self):
        def rows(*numbers):
            made = {"role": "user", "createdAt": None, "_count": {"websites": 0}}
            return [{"id": str(number), "username": f"u{number}", **made} for number in numbers]

        def some(*numbers):
            return Answer(body={"data": rows(*numbers), "count": 5, "pageSize": 2})

        with answering(some(1, 2), some(1, 2), some(3, 4), some(5)) as fake:
            done = at(fake, *LIST, "--all", "--output", "csv")

        assert [line.split(",")[1] for line in done.stdout.splitlines()] == ["username", "u1", "u2", "u3", "u4", "u5"]
        assert done.stderr == "5 of 5\n"


class TestRetries:
    @pytest.mark.parametrize("status", [429, 503])
    def test_pause_longer_each_time_and_succeed_in_the_end(self, pauses, status):
        with answering(Answer(status, BUSY), Answer(status, BUSY), Answer(status, BUSY), Answer()) as fake:
            done = at(fake, *LIST)

        assert (done.exit_code, len(fake.asked)) == (0, 4)
        assert [round(pause / base) for pause, base in zip(pauses, (0.5, 1, 2), strict=True)] == [1, 1, 1]

    def test_pause_as_long_as_the_server_says(self, pauses):
        with answering(Answer(503, BUSY, {"Retry-After": "7"}), Answer()) as fake:
            done = at(fake, *LIST)

        assert (done.exit_code, pauses) == (0, [7.0])

    def test_end_after_some_attempts(self, pauses):
        with answering(Answer(503, BUSY)) as fake:
            done = at(fake, *LIST)

        assert (done.exit_code, done.stderr) == (7, "Error: The server is busy. Please try again.\n")
        assert len(fake.asked) == MOST_ATTEMPTS
        assert sum(pauses) < 60

    def test_do_not_wait_for_minutes(self, pauses):
        later = Answer(429, BUSY, {"Retry-After": str(int(LONGEST_PAUSE) + 1)})
        with answering(later) as fake:
            done = at(fake, *LIST)

        assert (done.exit_code, len(fake.asked), pauses) == (7, 1, [])

    def test_create_nothing_twice(self):
        made = {"id": "1", "username": "ada", "role": "user", "createdAt": None, "twoFactorRequired": False}
        with answering(Answer(503, BUSY), Answer(body=made)) as fake:
            done = at(fake, "users", "create", "ada", "--generate")

        (first, second) = fake.asked
        assert done.exit_code == 0
        assert first[:2] == second[:2]
        assert (first[0], first[1][:11]) == ("PUT", "/api/users/")

    def test_of_an_invitation_send_the_same_idempotency_key(self):
        with answering(Answer(503, BUSY), taken()) as fake:
            done = at(fake, "invitations", "create", "ada")

        keys = {headers["Idempotency-Key"] for _, _, headers in fake.asked}
        assert (len(fake.asked), len(keys), done.exit_code) == (2, 1, 5)

    def test_are_not_made_of_what_could_happen_twice(self):
        with answering(Answer(503, BUSY), Answer(body=WEBHOOK | {"secret": "x"})) as fake:
            done = at(fake, "webhooks", "create", "https://example.com/")

        assert (done.exit_code, len(fake.asked)) == (7, 1)

    def test_are_made_of_anything_that_the_server_has_not_begun(self):
        with answering(Answer(429, BUSY), Answer(body=WEBHOOK | {"secret": "x"})) as fake:
            done = at(fake, "webhooks", "create", "https://example.com/")

        assert (done.exit_code, done.stdout, len(fake.asked)) == (0, "x\n", 2)

    def test_wait_for_a_first_request_that_is_still_running(self, pauses):
        running = problem(409, "still-running", "…")
        running.headers = {"Retry-After": "1"}
        with answering(running, taken()) as fake:
            done = at(fake, "invitations", "create", "ada")

        assert (done.exit_code, pauses) == (5, [1.0])

    def test_a_connection_that_the_server_has_closed_is_replaced(self):
        found = {"id": "1", "username": "ada", "role": "user", "createdAt": None, "twoFactorRequired": False}
        sessions = {"data": [], "count": 0, "pageSize": 100}
        with answering(Answer(body=found), Answer(hangs_up=True), Answer(body=sessions)) as fake:
            done = at(fake, "sessions", "list", "ada")

        assert (done.exit_code, len(fake.asked)) == (0, 3)


class TestNoAnswer:
    def test_in_time(self):
        with answering(Answer(after=2)) as fake:
            done = at(fake, *LIST, "--timeout", "0.3")

        assert done.exit_code == 7
        assert done.stderr == (
            f"Error: {fake.url} did not answer within 0.3 seconds. Try again, or allow more time with --timeout. "
            "A change may have been made.\n"
        )

    def test_since_nothing_listens(self):
        url = f"http://127.0.0.1:{free_port()}"

        done = invoke(None, "--server", url, *LIST)

        assert (done.exit_code, done.stderr) == (
            7,
            f"Error: {url} cannot be reached: Connection refused. Is it running?\n",
        )

    def test_since_there_is_no_such_host(self):
        done = invoke(None, "--server", "https://frontdesk.invalid", *LIST, "--json")

        assert done.exit_code == 7
        assert error_of(done)["code"] == "unreachable"
        assert "there is no such host" in done.stderr

    def test_since_the_server_hangs_up(self):
        with answering(Answer(hangs_up=True)) as fake:
            done = at(fake, *LIST)

        assert done.exit_code == 7
        assert done.stderr == f"Error: {fake.url} closed the connection before it had answered. Try again.\n"

    def test_in_tls(self):
        with answering(Answer()) as fake:
            done = invoke(None, "--server", fake.url.replace("http:", "https:"), *LIST)

        assert done.exit_code == 3
        assert "does not speak TLS as expected" in done.stderr

    def test_with_a_certificate_that_is_valid(self, tmp_path):
        with answering(Answer(), certificate=certificate(tmp_path)) as fake:
            refused = at(fake, *LIST)

        assert refused.exit_code == 3
        assert (
            f"{fake.url} has no valid certificate: self-signed certificate. If it is from an authority"
            in refused.stderr
        )
        assert fake.asked == []

    def test_but_with_a_certificate_of_ones_own_authority(self, tmp_path, monkeypatch):
        file = certificate(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        with answering(Answer(), certificate=file) as fake:
            done = at(fake, *LIST)

        assert (done.exit_code, len(fake.asked)) == (0, 1)


class TestOtherAnswers:
    def test_a_page_for_people(self):
        with answering(Answer(body=b"<!doctype html>", type="text/html")) as fake:
            done = at(fake, *LIST)

        assert (done.exit_code, done.stderr) == (
            3,
            f"Error: {fake.url} is not Frontdesk: it answered 200 without JSON. Check the address.\n",
        )

    @pytest.mark.parametrize("body", [{}, [], None, {"data": [{"id": 7}], "count": 1}, {"data": 7, "count": 1}])
    def test_json_of_another_program(self, body):
        with answering(Answer(body=body)) as fake:
            done = at(fake, *LIST)

        assert done.exit_code == 3
        assert done.stderr.startswith(f"Error: {fake.url} answers, but not as Frontdesk does.")

    def test_a_redirect_is_not_followed(self):
        with answering(Answer()) as other, answering(Answer(301, b"", {"Location": other.url})) as fake:
            done = at(fake, *LIST)

        assert done.exit_code == 3
        assert f"redirects to {other.url}. No redirect is followed" in done.stderr
        assert other.asked == []

    @pytest.mark.parametrize(
        "body", [{"error": {"message": "Not found", "code": "not-found", "status": 404}}, {"type": "about:blank"}]
    )
    def test_a_server_that_does_not_know_the_request_is_too_old(self, body):
        with answering(Answer(404, body)) as fake:
            done = at(fake, *LIST, "--json")

        assert (done.exit_code, error_of(done)["code"]) == (3, "server-too-old")

    def test_a_failure_of_a_proxy(self):
        with answering(Answer(502, b"<h1>Bad gateway", type="text/html")) as fake:
            done = at(fake, *LIST)

        assert (done.exit_code, done.stderr) == (
            7,
            f"Error: {fake.url} answered 502 Bad Gateway. Try again later.\n",
        )

    def test_a_wrong_key(self):
        with answering(problem(401, "unauthenticated", "…")) as fake:
            done = at(fake, *LIST, "--json")

        assert (done.exit_code, error_of(done)["code"]) == (1, "unauthenticated")
        assert "does not accept the API key" in done.stderr

    def test_a_key_without_the_scope(self):
        with answering(problem(401, "missing-scope", "…", scope="users:read")) as fake:
            done = at(fake, *LIST)

        assert done.stderr == (
            "Error: This API key lacks the scope users:read. On the server: frontdesk keys create USER NAME --scope "
            "users:read\n"
        )

    def test_a_failure_of_the_server(self):
        with answering(Answer(500, {"type": "about:blank", "requestId": "r-7"})) as fake:
            done = at(fake, *LIST)

        assert (done.exit_code, done.stderr) == (
            1,
            f"Error: {fake.url} failed. Its log says why, under the request id r-7.\n",
        )

    def test_an_error_that_this_release_does_not_know(self):
        with answering(problem(400, "too-blue", "The team is too blue.", shade=7)) as fake:
            done = at(fake, *LIST)

        assert (done.exit_code, done.stderr) == (6, "Error: The team is too blue.\n")

    def test_control_characters_do_not_reach_the_terminal(self):
        with answering(problem(400, "too-blue", "\x1b[2Jblue")) as fake:
            done = at(fake, *LIST)

        assert "\x1b" not in done.stderr

    def test_more_than_fits(self, monkeypatch):
        monkeypatch.setattr(clients, "MAX_BYTES", 100)
        with answering(Answer(body=OK | {"more": "x" * 100})) as fake:
            done = at(fake, *LIST)

        assert done.exit_code == 3
        assert "sent more than" in done.stderr


class TestHostileServers:
    @pytest.mark.parametrize("kind", ["file", "env"])
    def test_get_no_secret_that_the_state_file_does_not_name(self, tmp_path, monkeypatch, kind):
        state, secret = tmp_path / "state.yaml", tmp_path / "id_rsa"
        secret.write_text("a private key")
        monkeypatch.setenv("PRIVATE", "a private value")
        state.write_text("users:\n- username: ada\n  password: {env: ADA_PASSWORD}\n")
        asked_for = {"file": str(secret)} if kind == "file" else {"env": "PRIVATE"}
        change = {"action": "create", "kind": "user", "name": "ada", "fields": {}}
        plan = {"changes": [change], "unlisted": {}, "secrets": [asked_for], "fingerprint": "x"}

        with answering(Answer(body=plan)) as fake:
            done = at(fake, "apply", str(state), "--yes")

        assert done.exit_code == 3
        assert "not as Frontdesk does" in done.stderr
        assert len(fake.asked) == 1
        assert b"private" not in b"".join(fake.bodies)
