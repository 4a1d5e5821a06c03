"""``/reset-password/…``: who has forgotten the password chooses another."""

from typing import Any

from flask import Blueprint, Response
from sqlalchemy import Row

from app.domain.errors import Invalid
from app.http.request import client_address
from app.pages.pages import page, password_faults, read_form, rule_broken
from app.services.authentication import password_resets

bp = Blueprint("resets", __name__)


@bp.get("/reset-password", defaults={"token": ""})
@bp.get("/reset-password/<path:token>")
def show(token: str) -> Response:
    """The form. Looking changes nothing."""
    return page("reset", account=_account(token), faults={})


@bp.post("/reset-password/<path:token>")
def answer(token: str) -> Response:
    """Set the password."""
    account, form = _account(token), read_form()
    faults = password_faults(form)
    if not faults:
        try:
            password_resets.use(token, form["password"], address=client_address())
        except Invalid:
            faults = rule_broken(form["password"])
        else:
            return page("changed", account=account)
    return page("reset", 400, account=account, faults=faults)


def _account(token: str) -> Row[Any]:
    return password_resets.find(token, address=client_address())
