"""Where webhooks may be sent: nowhere in the server's own networks."""

import socket

import pytest

from app.domain.errors import TooLong, WebhookAddress
from app.domain.networks import is_public, parsed_address
from app.services.webhooks import addresses, sending
from app.services.webhooks.addresses import checked_url, is_allowed
from app.services.webhooks.sending import NotDelivered, send
from app.settings import Config
from tests.services.webhooks.receiver import receiving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8", "64:ff9b::808:808"]
INNER = {
    "loopback": "127.0.0.1",
    "all of loopback": "127.255.255.254",
    "private A": "10.0.0.1",
    "private B": "172.16.0.1",
    "private C": "192.168.1.1",
    "link-local, cloud metadata": "169.254.169.254",
    "carrier-grade NAT": "100.64.0.1",
    "this host": "0.0.0.0",
    "multicast": "224.0.0.1",
    "global multicast": "239.1.1.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "benchmarking": "198.18.0.1",
    "documentation": "192.0.2.1",
    "protocol assignments": "192.0.0.1",
    "IPv6 loopback": "::1",
    "IPv6 unspecified": "::",
    "IPv6 link-local": "fe80::1",
    "IPv6 link-local with an interface": "fe80::1%eth0",
    "IPv6 private": "fc00::1",
    "IPv6 private, also": "fd12:3456:789a::1",
    "IPv6 site-local": "fec0::1",
    "IPv6 multicast": "ff02::1",
    "IPv6 global multicast": "ff0e::1",
    "IPv4 in IPv6": "::ffff:127.0.0.1",
    "private IPv4 in IPv6": "::ffff:10.0.0.1",
    "IPv4-compatible": "::127.0.0.1",
    "translated": "64:ff9b::7f00:1",
    "translated, local": "64:ff9b:1::7f00:1",
    "6to4": "2002:7f00:1::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "IPv6 documentation": "2001:db8::1",
}


def config(**settings):
    return Config(**{"webhook_timeout": 1.0, **settings})


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address):
    assert is_public(parsed_address(address))
    assert is_allowed(address, config())


@pytest.mark.parametrize("address", INNER.values(), ids=INNER)
def test_others_are_not(address):
    assert not is_allowed(address, config())


def test_a_network_can_be_allowed_in_either_form():
    settings = config(webhook_networks="10.1.0.0/16 fd00::/8")

    allowed = [is_allowed(address, settings) for address in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::1")]

    assert allowed == [True] * 3
    assert not is_allowed("10.2.0.1", settings)


class TestUrls:
    @pytest.mark.parametrize(
        "url",
        ["https://example.com", "https://example.com:8443/a/b?c=d", " https://example.com/x ", "https://8.8.8.8/x"],
    )
    def test_these_are_accepted(self, url):
        assert checked_url(url, config()) == url.strip()

    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "gopher://example.com/",
            "example.com",
            "https://",
            "https:///path",
            "https://user:pass@example.com/",
            "https://example.com/#part",
            "https://example.com:99999/",
            "https://example.com:0/",
            "https://example.com:x/",
            "https://exa mple.com/",
            "https://example.com/\r\nHost: evil",
            "https://example.com/a\tb",
            "https://ex\u00e4mple.com/",
            "https://[::1/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:169.254.169.254]/latest/meta-data",
            "https://10.0.0.1:8443/",
        ],
    )
    def test_these_are_not(self, url):
        with pytest.raises(WebhookAddress):
            checked_url(url, config())

    def test_nor_is_a_very_long_one(self):
        with pytest.raises(TooLong):
            checked_url("https://example.com/" + "x" * 2000, config())

    def test_http_can_be_allowed(self):
        assert checked_url("http://example.com/", config(webhook_allow_http=True)) == "http://example.com/"


class TestConnecting:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0"])
    def test_no_spelling_of_this_machine_is_reached(self, host):
        with receiving() as receiver:
            with pytest.raises(NotDelivered, match="outside the public internet"):
                send(f"http://{host}:{receiver.port}/", "{}", message_id="x", secrets=[SECRET], config=config())

            assert receiver.requests == []

    def test_a_name_that_changes_its_address_is_looked_up_once(self, monkeypatch):
        """DNS rebinding: the first answer is public and is checked, the next one would be loopback."""
        answers, connected = ["93.184.215.14", "127.0.0.1"], []

        def look_up(_host, port, **_options):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

        class Line(socket.socket):
            def connect(self, place):
                connected.append(place)
                raise ConnectionRefusedError

        monkeypatch.setattr(addresses.socket, "getaddrinfo", look_up)
        monkeypatch.setattr(sending.socket, "socket", Line)
        with pytest.raises(NotDelivered, match="ConnectionRefusedError"):
            send("http://rebind.example:8080/", "{}", message_id="x", secrets=[SECRET], config=config())

        assert connected == [("93.184.215.14", 8080)]
        assert answers == ["127.0.0.1"]

    def test_of_several_addresses_only_the_allowed_are_used(self, monkeypatch):
        def look_up(_host, port, **_options):
            found = [("10.0.0.1", port), ("93.184.215.14", port), ("169.254.169.254", port)]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", place) for place in found]

        monkeypatch.setattr(addresses.socket, "getaddrinfo", look_up)

        assert addresses.places("mixed.example", 443, config()) == [(socket.AF_INET, ("93.184.215.14", 443))]
