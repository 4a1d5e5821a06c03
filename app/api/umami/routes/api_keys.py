"""``/api/me/api-keys`` and ``/api/users/:id/api-keys``: API keys."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint

from app.api.umami.operation import current_actor, operation
from app.api.umami.schemas.api_keys import KeyCreate, KeyMade, KeyOut
from app.api.umami.schemas.auth import Ok
from app.api.umami.schemas.lists import ArrayOf
from app.services.authentication import api_keys

bp = Blueprint("api_keys", __name__)


@bp.get("/me/api-keys")
@operation(ArrayOf(KeyOut))
def get_my_api_keys() -> Sequence[Any]:
    """List your API keys, newest first."""
    return api_keys.list_keys(current_actor(), current_actor().user_id)


@bp.post("/me/api-keys")
@operation(KeyMade, takes=KeyCreate, creates=True)
def create_my_api_key(data: dict[str, Any]) -> Any:
    """Create an API key for yourself. It is returned only this once."""
    return api_keys.create_key(current_actor(), current_actor().user_id, **data)


@bp.delete("/me/api-keys/<key_id>")
@operation(Ok)
def delete_my_api_key(key_id: UUID) -> None:
    """End one of your API keys."""
    api_keys.revoke_key(current_actor(), current_actor().user_id, key_id)


@bp.get("/users/<user_id>/api-keys")
@operation(ArrayOf(KeyOut))
def get_user_api_keys(user_id: UUID) -> Sequence[Any]:
    """List a user's API keys, newest first."""
    return api_keys.list_keys(current_actor(), user_id)


@bp.post("/users/<user_id>/api-keys")
@operation(KeyMade, takes=KeyCreate, creates=True)
def create_user_api_key(user_id: UUID, data: dict[str, Any]) -> Any:
    """Create an API key for a user, such as a service account. It is returned only this once."""
    return api_keys.create_key(current_actor(), user_id, **data)


@bp.delete("/users/<user_id>/api-keys/<key_id>")
@operation(Ok)
def delete_user_api_key(user_id: UUID, key_id: UUID) -> None:
    """End an API key of a user."""
    api_keys.revoke_key(current_actor(), user_id, key_id)
