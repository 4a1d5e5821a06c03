"""Composes mails: plain text and HTML from templates, with headers that no username can break."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.domain.emails import ascii_form
from app.domain.message_kinds import Kind

POLICY = SMTP.clone(cte_type="7bit")  # which every mail server accepts
UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Bidirectional control characters: a name that contains one could make a link look like another one."""
NAME_MAX_LENGTH = 100
NAMES = frozenset({"account", "inviter", "username"})
"""Values that users choose themselves; they are cut after ``NAME_MAX_LENGTH`` characters."""


@dataclass(frozen=True, slots=True)
class Letter:
    """The content of a mail: what the templates need to render it."""

    id: UUID
    kind: Kind
    recipient: str
    values: Mapping[str, Any]


def compose(letter: Letter, *, sender: str, host: str, now: datetime) -> EmailMessage:
    """
    Return the mail, ready to be sent. Its ``Message-ID`` depends only on the letter's id and the sender's domain.

    :param sender: ``Name <address>``
    :param host: the server's name in the text
    :raises ValueError: the sender or the recipient is not a valid address
    """
    values = {name: _plain(name, value) for name, value in letter.values.items()} | {"host": host}
    subject, _, text = _templates().get_template(f"{letter.kind}.txt").render(values).partition("\n")
    name, address = parseaddr(sender)
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(name, addr_spec=ascii_form(address))
    message["To"] = Address(addr_spec=ascii_form(letter.recipient))
    message["Subject"] = subject.strip()
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.id}@{ascii_form(address).rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: suppresses automatic replies
    message.set_content(f"{text.strip()}\n")
    message.add_alternative(_templates().get_template(f"{letter.kind}.html").render(values), subtype="html")
    return message


def _plain(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    seen = (character for character in value if character not in TURNING)
    line = "".join(" " if unicodedata.category(character) in UNPRINTABLE else character for character in seen).strip()
    return f"{line[:NAME_MAX_LENGTH]}…" if name in NAMES and len(line) > NAME_MAX_LENGTH else line


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
