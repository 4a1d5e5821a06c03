"""Responses with pages, and reading of forms."""

from typing import Any
from urllib.parse import parse_qsl

from flask import Response, render_template, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from app.domain.actor import Actor
from app.domain.password_rules import MIN_LENGTH
from app.http.request import body, visitor
from app.pages.style import version

FORM = "application/x-www-form-urlencoded"
FORM_MAX_BYTES = 16_384
FORM_MAX_FIELDS = 20
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""No scripts, and nothing from other servers: users type passwords here, and the address is a secret."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Return a page that must not be cached, indexed, framed, or sent as referrer."""
    text = render_template(f"pages/{template}.html", sheet_version=version(), min_length=MIN_LENGTH, **values)
    return Response(text, status=status, mimetype="text/html", headers=HEADERS)


def reader() -> Actor:
    """Return the reader of the page, known only by the link."""
    return visitor("page")


def read_form() -> dict[str, str]:
    """
    Return the form that was sent; of repeated fields the last counts.

    :raises UnsupportedMediaType: another content type was sent
    :raises RequestEntityTooLarge: it has more than ``FORM_MAX_BYTES``
    :raises BadRequest: it cannot be read
    """
    if request.mimetype != FORM:
        raise UnsupportedMediaType
    if (request.content_length or 0) > FORM_MAX_BYTES:
        raise RequestEntityTooLarge
    data = body()
    if len(data) > FORM_MAX_BYTES:
        raise RequestEntityTooLarge
    try:
        pairs = parse_qsl(data.decode(), keep_blank_values=True, errors="strict", max_num_fields=FORM_MAX_FIELDS)
    except ValueError:
        raise BadRequest from None
    return dict(pairs)


def password_faults(form: dict[str, str]) -> dict[str, str]:
    """Return the errors in the two fields for a new password, by field. Services check the password itself."""
    password, repeated = form.get("password", ""), form.get("repeat", "")
    if not password:
        return {"password": "Enter a password."}
    if "\0" in password:
        return {"password": "The password contains a character that is not allowed."}
    if password != repeated:
        return {"password": "The two passwords are not the same. Please enter both again."}
    return {}
