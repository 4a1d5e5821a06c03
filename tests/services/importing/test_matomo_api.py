"""Calling a Matomo that does not answer as it should. Calls need no database."""

import socket
import time

import pytest

from app.domain.errors import SourceUnusable
from app.services.importing import matomo_api
from tests.services.importing.fake_matomo import OK, TOKEN, FakeMatomo, raw
from tests.services.webhooks.receiver import receiving, self_signed

PAGE = b"<!DOCTYPE html><title>Welcome</title>"
NO_JSON = "API.getMatomoVersion: status {}, and the response is not JSON; is this the URL of a Matomo?"
VERSION = b'{"value":"5.2.0"}'


def reason(url: str, token: str = TOKEN) -> str:
    """Return why a call fails."""
    with pytest.raises(SourceUnusable) as failed:
        matomo_api.opened(url, token).call("API.getMatomoVersion")
    return str(failed.value.reason)


class TestUrls:
    @pytest.mark.parametrize(
        "url",
        [
            "https://matomo.example",
            "https://MATOMO.example:443/",
            "http://matomo.example:80/index.php",
            "http://matomo.example/index.php/",
        ],
    )
    def test_spellings_name_the_same_place(self, url):
        assert matomo_api.opened(url, TOKEN).place == "//matomo.example/"

    @pytest.mark.parametrize(
        ("url", "place"),
        [
            ("https://[::1]:8080/stats", "//[::1]:8080/stats/"),
            ("http://matomo.example:443", "//matomo.example:443/"),
            ("https://matomo.example/a/index.php", "//matomo.example/a/"),
        ],
    )
    def test_host_port_and_path_make_the_place(self, url, place):
        assert matomo_api.opened(url, TOKEN).place == place

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "matomo.example",
            "ftp://matomo.example",
            "file:///etc/passwd",
            "https://",
            "https://m\u00e4rz.example",
            "https://matomo.example/a b",
            "https://matomo.example/\r\nX: y",
            "https://matomo.example:port",
            "https://[::1",
            "https://root:secret@matomo.example",
            "https://matomo.example/?token_auth=secret",
            "https://matomo.example/#x",
            "https://matomo.example/" + "x" * 2000,
        ],
    )
    def test_others_are_refused_without_a_call_and_not_repeated(self, url):
        assert reason(url).startswith("the URL ")
        assert "secret" not in reason(url)

    @pytest.mark.parametrize("token", ["", "a b", "t\u00f6ken", "a\r\nb", "x" * 201])
    def test_a_token_that_cannot_be_one_is_not_sent(self, matomo, token):
        assert reason(matomo.url, token) == "the token is empty, or cannot be one of Matomo's"
        assert matomo.asked == []

    def test_the_token_is_not_part_of_what_a_traceback_or_a_log_shows(self):
        assert TOKEN not in repr(matomo_api.opened("https://matomo.example", TOKEN))


class TestAnswers:
    def test_a_wrong_token_is_reported_in_matomos_words(self, matomo):
        said = "Unable to authenticate with the provided token. It is either invalid or expired."

        assert reason(matomo.url, "f" * 32) == f"API.getMatomoVersion: {said}"

    @pytest.mark.parametrize(
        ("respond", "said"),
        [
            (raw(PAGE), NO_JSON.format(200)),
            (raw(b""), NO_JSON.format(200)),
            (raw(b"\xff\xfe"), NO_JSON.format(200)),
            (raw(b'["' + b"x" * 20), NO_JSON.format(200)),
            (raw(b"[" * 100_000), NO_JSON.format(200)),
            (raw(PAGE, "HTTP/1.1 404 Not Found"), NO_JSON.format(404)),
            (raw(PAGE, "HTTP/1.1 403 Forbidden"), NO_JSON.format(403).partition(";")[0]),
            (
                raw(b'{"error":{"status":404}}', "HTTP/1.1 404 Not Found"),
                "API.getMatomoVersion: status 404; is this the URL of a Matomo?",
            ),
            (raw(VERSION, "HTTP/1.1 500 Oops"), "API.getMatomoVersion: status 500"),
            (
                raw(b'{"result":"error","message":"A &quot;b&quot;\\n&gt; c"}'),
                'API.getMatomoVersion: A "b" > c',
            ),
            (raw(b'{"result":"error"}', "HTTP/1.1 400 Bad"), "API.getMatomoVersion: None"),
            (
                raw(b"", "HTTP/1.1 301 Moved", "Location: https://www.matomo.example/index.php?x=1"),
                "it redirects to https://www.matomo.example/index.php; give the URL of Matomo itself",
            ),
            (raw(b"", "HTTP/1.1 302 Found"), "it redirects to another URL; give the URL of Matomo itself"),
        ],
    )
    def test_what_cannot_be_used_is_explained(self, matomo, respond, said):
        matomo.odd = [respond]

        assert reason(matomo.url) == said
        assert len(matomo.asked) == 1

    def test_a_message_does_not_repeat_the_token(self, matomo):
        matomo.odd = [raw(b'{"result":"error","message":"bad token ' + TOKEN.encode() + b'"}')]

        assert reason(matomo.url) == "API.getMatomoVersion: bad token …"

    def test_a_huge_response_is_not_read_to_the_end(self, matomo, monkeypatch):
        monkeypatch.setattr(matomo_api, "MOST_BYTES", 1000)
        matomo.odd = [endless]

        assert reason(matomo.url) == "a response has more than 1,000 bytes"

    def test_lines_that_are_no_http_are_an_error(self, matomo):
        matomo.odd = [lambda line: line.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")]

        assert reason(matomo.url).startswith("127.0.0.1:")

    def test_a_response_that_ends_early_is_an_error(self, matomo):
        matomo.odd = [lambda line: line.sendall(f"{OK}\r\nContent-Length: 100\r\n\r\n{{".encode())]

        assert "not JSON" in reason(matomo.url)


class TestPatience:
    @pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
    def test_a_busy_server_is_asked_again(self, matomo, status):
        matomo.odd = [raw(PAGE, f"HTTP/1.1 {status}", "Retry-After: 0")] * 3

        assert matomo_api.opened(matomo.url, TOKEN).call("API.getMatomoVersion") == {"value": "5.2.0"}
        assert len(matomo.asked) == 4

    def test_but_not_forever(self, matomo):
        matomo.odd = [raw(PAGE, "HTTP/1.1 503 Busy", "Retry-After: 0")] * 9

        assert reason(matomo.url) == NO_JSON.format(503).partition(";")[0]
        assert len(matomo.asked) == matomo_api.ATTEMPTS

    @pytest.mark.parametrize("asked", ["86400", "999999999999", "-1", "Fri, 27 Nov 2026 03:00:00 GMT", None])
    def test_it_waits_no_longer_than_half_a_minute(self, matomo, monkeypatch, asked):
        waits: list[float] = []
        monkeypatch.setattr(time, "sleep", waits.append)
        after = [] if asked is None else [f"Retry-After: {asked}"]
        matomo.odd = [raw(PAGE, "HTTP/1.1 429 Slow", *after)] * 9

        reason(matomo.url)

        assert waits == ([30] * 3 if asked == "86400" else [1, 2, 4])

    def test_a_server_that_says_nothing_is_given_up(self, monkeypatch):
        monkeypatch.setattr(matomo_api, "SILENT_SECONDS", 0.2)
        with receiving(silent=True) as silent:
            assert reason(silent.url.partition("/hook")[0]) == f"127.0.0.1:{silent.port} does not respond in time"

    def test_one_that_sends_a_byte_now_and_then_as_well(self, matomo, monkeypatch):
        monkeypatch.setattr(matomo_api, "MOST_SECONDS", 0.5)
        matomo.odd = [dripping]

        assert reason(matomo.url).endswith("does not respond in time")


@pytest.fixture
def certificate(tmp_path):
    return self_signed(tmp_path / "both.pem")


class TestConnections:
    def test_a_port_where_nothing_listens(self):
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            port = bound.getsockname()[1]

            assert reason(f"http://127.0.0.1:{port}") == f"127.0.0.1:{port} cannot be reached: Connection refused"

    def test_a_host_that_does_not_exist(self):
        assert reason("https://nowhere.invalid") == "nowhere.invalid cannot be found: there is no such host"

    def test_a_certificate_of_no_known_authority(self, certificate):
        with receiving(certificate) as receiver:
            said = reason(f"https://127.0.0.1:{receiver.port}")

            assert said.startswith(
                f"the certificate of 127.0.0.1:{receiver.port} is not valid: self-signed certificate."
            )
            assert "SSL_CERT_FILE" in said
            assert receiver.requests == []

    def test_one_of_your_own_authority(self, certificate, monkeypatch):
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with receiving(certificate) as receiver:
            FakeMatomo(receiver)
            api = matomo_api.opened(f"https://127.0.0.1:{receiver.port}", TOKEN)

            assert api.call("API.getMatomoVersion") == {"value": "5.2.0"}

    def test_https_at_a_port_of_http(self, matomo):
        said = reason(matomo.url.replace("http:", "https:"))

        assert " does not speak TLS as expected (" in said
        assert said.endswith("); check the port, and whether it is https")


def endless(line: socket.socket) -> None:
    line.sendall(f"{OK}\r\n\r\n".encode())
    try:
        while True:
            line.sendall(b"x" * 65_536)
    except OSError:
        pass


def dripping(line: socket.socket) -> None:
    line.sendall(f"{OK}\r\n\r\n".encode())
    try:
        while True:
            line.sendall(b"x")
            time.sleep(0.05)
    except OSError:
        pass
