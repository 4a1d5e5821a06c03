"""Encryption and authentication, as the mail server requires."""

import ssl
import subprocess
from dataclasses import replace
from email.message import EmailMessage

import pytest

from app.services.notifications.smtp import Post, Unreachable
from app.settings import Config
from tests.live import free_port
from tests.services.notifications.post_office import PostOffice, knows_ada, open_office

MAIL = EmailMessage()
MAIL["From"], MAIL["To"], MAIL["Subject"] = "frontdesk@stats.example", "ada@example.com", "Hello"
MAIL.set_content("Hello")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for ``localhost``."""
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return key, certificate


@pytest.fixture
def context(certificate):
    """The server's TLS context."""
    key, file = certificate
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(file, key)
    return made


@pytest.fixture
def trusted(certificate, monkeypatch):
    """Let TLS clients trust the certificate."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))


@pytest.fixture
def office():
    return PostOffice()


def send(port, **settings):
    config = Config(mail_host="localhost", mail_port=port, mail_from="frontdesk@stats.example", mail_timeout=2.0)
    with Post(replace(config, **settings), host="stats.example") as post:
        post.send(MAIL)


def refused(port, **settings):
    with pytest.raises(Unreachable) as error:
        send(port, **settings)
    return str(error.value)


class TestEncryption:
    def test_starttls(self, office, context, trusted):
        with open_office(office, tls_context=context, require_starttls=True) as port:
            send(port, mail_encryption="starttls")

        assert len(office.mails) == 1

    def test_tls_from_the_first_byte_on(self, office, context, trusted):
        with open_office(office, ssl_context=context) as port:
            send(port, mail_encryption="tls")

        assert len(office.mails) == 1

    def test_a_certificate_that_nobody_vouches_for_gets_nothing(self, office, context):
        with open_office(office, tls_context=context) as port:
            assert "certificate verify failed" in refused(port, mail_encryption="starttls")
        with open_office(office, ssl_context=context) as port:
            assert "certificate verify failed" in refused(port, mail_encryption="tls")

        assert office.mails == []

    def test_a_certificate_of_somebody_else_gets_nothing(self, office, context, trusted):
        with open_office(office, tls_context=context) as port:
            assert "IP address mismatch" in refused(port, mail_encryption="starttls", mail_host="127.0.0.1")

        assert office.mails == []

    def test_a_server_without_encryption_gets_nothing_unless_that_is_wanted(self, office):
        with open_office(office) as port:
            assert "STARTTLS" in refused(port, mail_encryption="starttls")
            assert office.mails == []
            send(port, mail_encryption="none")

        assert len(office.mails) == 1

    def test_a_server_that_wants_encryption_refuses_without(self, office, context):
        with open_office(office, tls_context=context, require_starttls=True) as port:
            assert "530" in refused(port, mail_encryption="none")


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
class TestLogin:
    OPTIONS = {"authenticator": knows_ada, "auth_required": True, "auth_require_tls": False}

    def test_with_name_and_password(self, office):
        with open_office(office, **self.OPTIONS) as port:
            send(port, mail_encryption="none", mail_username="ada", mail_password="secret")

        assert len(office.mails) == 1

    @pytest.mark.parametrize("password", ["wrong", "geheim-ß"])
    def test_a_wrong_password_is_told_and_is_not_in_the_error(self, office, password):
        with open_office(office, **self.OPTIONS) as port:
            problem = refused(port, mail_encryption="none", mail_username="ada", mail_password=password)

        assert password not in problem
        assert office.mails == []

    def test_none_where_one_is_needed(self, office):
        with open_office(office, **self.OPTIONS) as port:
            assert "530" in refused(port, mail_encryption="none")


def test_nobody_listens():
    assert "ConnectionRefusedError" in refused(free_port(), mail_encryption="none")
