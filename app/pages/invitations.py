"""``/invitations/…``: accept with a password, or decline."""

from flask import Blueprint, Response, request

from app.domain.errors import InvalidField
from app.http.request import root
from app.pages.errors import text_of
from app.pages.pages import page, password_faults, read_form, reader
from app.runtime import runtime
from app.services.invitations import accept

bp = Blueprint("invitations", __name__)


@bp.get("/invitations", defaults={"token": ""})
@bp.get("/invitations/<path:token>")
def show(token: str) -> Response:
    """Return what the invitation offers, or with ``?step=decline`` the question whether to decline. Changes nothing."""
    offer = accept.find(reader(), token)
    return page("decline" if request.args.get("step") == "decline" else "invitation", offer=offer, faults={})


@bp.post("/invitations/<path:token>")
def answer(token: str) -> Response:
    """Accept the invitation with a password, or decline it."""
    offer = accept.find(reader(), token)
    form = read_form()
    if form.get("action") == "decline":
        accept.decline(reader(), token)
        return page("declined", offer=offer)
    faults = password_faults(form)
    if not faults:
        try:
            username = accept.accept(reader(), token, form["password"])
        except InvalidField as error:
            faults = {error.field: text_of(error)}
        else:
            address = runtime().config.public_url or root()
            return page("accepted", username=username, inviter_name=offer.inviter_name, address=address)
    return page("invitation", 400, offer=offer, faults=faults)
