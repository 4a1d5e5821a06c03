"""Composed mails are valid and safe, whatever names they contain."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from uuid import UUID

import pytest

from app.domain.message_kinds import Kind
from app.services.notifications.composing import Letter, compose

ID = UUID(int=7)
NOW = datetime(2026, 11, 21, 16, 42, tzinfo=UTC)
SCRIPT = "<script>alert('1')</script>\"&"
LINK = "https://stats.example/invitations/" + "ab" * 16
VALUES = {
    Kind.INVITATION: {"inviter": "bob", "username": "ada", "link": LINK, "until": "1 May 2027, 10:00 UTC"},
    Kind.INVITATION_ACCEPTED: {"username": "ada"},
    Kind.INVITATION_DECLINED: {"username": "ada"},
    Kind.PASSWORD_RESET: {"username": "ada", "link": LINK, "minutes": "60"},
    Kind.PASSWORD_CHANGED: {"username": "ada", "by": "self"},
    Kind.EMAIL_CHANGED: {"username": "ada", "old": "old@example.com", "new": "new@example.com"},
    Kind.TEST: {},
}
EVERY_KIND = pytest.mark.parametrize("kind", list(Kind))


def written(kind, *, recipient="ada@example.com", sender="Frontdesk <post@stats.example>", **values):
    """Return the mail as its recipient receives it."""
    letter = Letter(ID, kind, recipient, VALUES[kind] | values)
    sent = compose(letter, sender=sender, host="stats.example", now=NOW)
    return message_from_bytes(sent.as_bytes(), policy=default)


def parts(mail):
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return text.get_content(), html.get_content()


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, [name for name, _ in attrs]))


class TestEveryKind:
    @EVERY_KIND
    def test_it_has_all_headers_a_text_and_html(self, kind):
        mail = written(kind)

        assert mail["From"] == "Frontdesk <post@stats.example>"
        assert mail["To"] == "ada@example.com"
        assert mail["Message-ID"] == f"<{ID}@stats.example>"
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Date"].datetime == NOW
        assert 10 < len(mail["Subject"]) < 100
        for body in parts(mail):
            assert "stats.example" in body
            assert "{{" not in body
            assert "None" not in body

    @EVERY_KIND
    def test_a_script_in_every_field_stays_text(self, kind):
        harmless = Tags(parts(written(kind))[1])

        hostile = Tags(parts(written(kind, **dict.fromkeys(VALUES[kind], SCRIPT)))[1])

        assert hostile.found == harmless.found
        assert "script" not in {tag for tag, _ in hostile.found}

    @EVERY_KIND
    @pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x85", "\u2028", "\x0b", "\0"], ids=ascii)
    def test_no_field_makes_a_header(self, kind, end):
        evil = f"x{end}Bcc: eve@example.com{end}{end}body"

        mail = written(kind, **dict.fromkeys(VALUES[kind], evil))

        assert set(mail.keys()) == set(written(kind).keys())
        assert mail["Bcc"] is None
        assert parts(mail)

    @EVERY_KIND
    def test_it_is_seven_bit_with_short_lines_whatever_is_in_it(self, kind):
        values = dict.fromkeys(VALUES[kind], "Žluťoučký 🐎 " * 20)
        letter = Letter(ID, kind, "ada@bücher.example", values)

        sent = compose(letter, sender="Büro <post@stats.example>", host="stats.example", now=NOW).as_bytes()

        assert sent.isascii()
        assert max(len(line) for line in sent.split(b"\r\n")) <= 998
        assert b"\n" not in sent.replace(b"\r\n", b"")


class TestDetails:
    def test_links_are_whole_in_both_parts(self):
        for kind in (Kind.INVITATION, Kind.PASSWORD_RESET):
            text, html = parts(written(kind))
            assert re.findall(r"https://\S+", text) == [LINK]
            assert html.count(f'href="{LINK}"') == 2

    def test_an_invitation_without_a_name_is_the_administrators(self):
        mail = written(Kind.INVITATION, inviter=None)

        assert mail["Subject"] == "You are invited to stats.example"
        assert "The administrator has created an account for you" in parts(mail)[0]

    def test_a_name_of_255_characters_is_cut(self):
        assert len(written(Kind.INVITATION_ACCEPTED, username="x" * 255)["Subject"]) < 160

    def test_marks_that_turn_text_around_are_taken_out(self):
        assert "\u202e" not in parts(written(Kind.INVITATION, inviter="bob\u202emoc"))[0]

    def test_a_name_and_a_domain_beyond_ascii_arrive(self):
        mail = written(Kind.TEST, recipient="ada@bücher.example", sender='"Büro, Empfang" <post@bücher.example>')

        assert mail["To"] == "ada@xn--bcher-kva.example"
        assert mail["From"].addresses[0].display_name == "Büro, Empfang"
        assert mail["Message-ID"] == f"<{ID}@xn--bcher-kva.example>"

    @pytest.mark.parametrize("recipient", ["", "ada", "ä@example.com", "ada@example.com\r\nBcc: eve@example.com"])
    def test_what_is_no_address_is_refused(self, recipient):
        with pytest.raises(ValueError):
            written(Kind.TEST, recipient=recipient)
