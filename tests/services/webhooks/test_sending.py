"""One request to a receiver: signed, and safe from receivers that are slow, huge or elsewhere."""

import ssl
import time
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.services.webhooks import sending
from app.services.webhooks.sending import NotDelivered, send
from app.settings import Config
from tests.services.webhooks.conftest import SETTINGS
from tests.services.webhooks.receiver import receiving, self_signed, status

CONFIG = Config(**SETTINGS)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXI="


def sent(url, body="{}", secrets=(SECRET,)):
    return send(url, body, message_id="msg-1", secrets=list(secrets), config=CONFIG)


def reason(url):
    """Return why nothing was delivered."""
    with pytest.raises(NotDelivered) as caught:
        sent(url)
    return str(caught.value)


class TestSigning:
    def test_the_signature_is_that_of_the_specification(self, clock, receiver):
        """The value is from the specification's examples, computed with other software."""
        clock.stop()
        clock.turn(seconds=1_614_265_330 - datetime.now(UTC).timestamp())
        send(
            receiver.url,
            '{"test": 2432232314}',
            message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
            secrets=[SECRET],
            config=CONFIG,
        )

        headers = receiver.requests[0][1]
        assert headers["webhook-id"] == "msg_p5jXN8AQM9LWM0D4loKWxJek"
        assert headers["webhook-timestamp"] == "1614265330"
        assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_with_two_secrets_either_verifies(self, receiver):
        sent(receiver.url, '{"a":"ä"}', secrets=[SECRET, OTHER])

        assert receiver.verified(SECRET) == receiver.verified(OTHER) == [{"a": "ä"}]

    def test_another_secret_or_a_changed_body_does_not(self, receiver):
        sent(receiver.url)
        _, headers, body = receiver.requests[0]

        with pytest.raises(WebhookVerificationError):
            receiver.verified(OTHER)
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(body + b" ", headers)


class TestReceivers:
    @pytest.mark.parametrize("code", [200, 201, 204, 299])
    def test_these_accept(self, receiver, code):
        receiver.respond = status(code)

        assert sent(receiver.url) == code

    @pytest.mark.parametrize("code", [304, 400, 401, 404, 410, 429, 500, 503])
    def test_these_do_not(self, receiver, code):
        receiver.respond = status(code)

        assert reason(receiver.url) == f"status {code}"

    @pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
    def test_redirects_are_not_followed(self, receiver, code):
        with receiving() as other:
            receiver.respond = status(code, f"Location: {other.url}")

            assert reason(receiver.url) == f"status {code}"
            assert other.requests == []

    def test_one_that_says_nothing_is_given_a_second(self, receiver):
        receiver.respond = lambda _line: time.sleep(1.5)

        assert reason(receiver.url) == "no response within 1 seconds"

    def test_one_that_sends_its_headers_byte_by_byte_is_given_no_more(self, receiver):
        def drip(line):
            line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            for _ in range(60):
                line.sendall(b"x")
                time.sleep(0.05)

        receiver.respond = drip

        assert reason(receiver.url) == "no response within 1 seconds"

    def test_of_a_huge_response_little_is_read(self, receiver):
        told = []

        def flood(line):
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
            try:
                while sum(told) < 500_000_000:
                    told.append(line.send(b"x" * 1_000_000))
            except OSError:
                pass

        receiver.respond = flood

        assert sent(receiver.url) == 200
        time.sleep(0.2)
        assert sum(told) < 50_000_000

    def test_endless_headers_are_refused(self, receiver):
        receiver.respond = lambda line: line.sendall(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 10_000)

        assert reason(receiver.url).startswith("HTTPException")

    @pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"\x00" * 100])
    def test_what_is_no_http_is_refused(self, receiver, said):
        receiver.respond = lambda line: line.sendall(said) if said else None

        assert reason(receiver.url)

    def test_a_closed_port_is_refused(self):
        with receiving() as gone:
            url = gone.url

        assert reason(url) == "Connection refused"

    def test_a_name_that_does_not_exist_is_refused(self):
        assert "gaierror" not in reason("http://nowhere.invalid/")


@pytest.fixture
def certificate(tmp_path):
    return self_signed(tmp_path / "both.pem")


class TestEncryption:
    def test_a_certificate_of_no_known_authority_is_refused(self, certificate):
        with receiving(certificate) as receiver:
            said = reason(receiver.url.replace("http:", "https:"))

            assert said.startswith("SSLCertVerificationError")
            assert receiver.requests == []

    def test_one_of_a_known_authority_is_accepted_for_its_own_name(self, certificate, monkeypatch):
        trusting = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr(sending, "_tls", lambda: trusting)
        with receiving(certificate) as receiver:
            url = receiver.url.replace("http:", "https:")

            assert sent(url) == 204
            assert "Hostname mismatch" in reason(url.replace("127.0.0.1", "localhost"))

    def test_a_handshake_that_never_ends_is_given_a_second(self, receiver):
        with receiving(silent=True) as silent:
            said = reason(silent.url.replace("http:", "https:"))

        assert said == "no response within 1 seconds"
