"""``/reset-password/…``: choose a new password."""

from flask import Blueprint, Response

from app.domain.errors import InvalidField
from app.pages.errors import text_of
from app.pages.pages import page, password_faults, read_form, reader
from app.services.authentication import password_resets

bp = Blueprint("resets", __name__)


@bp.get("/reset-password", defaults={"token": ""})
@bp.get("/reset-password/<path:token>")
def show(token: str) -> Response:
    """Return the form. Changes nothing."""
    return page("reset", account=password_resets.find(reader(), token), faults={})


@bp.post("/reset-password/<path:token>")
def answer(token: str) -> Response:
    """Set the password."""
    account, form = password_resets.find(reader(), token), read_form()
    faults = password_faults(form)
    if not faults:
        try:
            password_resets.use(reader(), token, form["password"])
        except InvalidField as error:
            faults = {error.field: text_of(error)}
        else:
            return page("changed", account=account)
    return page("reset", 400, account=account, faults=faults)
