"""An app with a gateway, on the database of the app under test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.domain.actor import OPERATOR, Account, Actor, Credential, CredentialKind
from app.domain.roles import SiteRole
from app.models import utcnow
from app.services.access import grants
from app.services.authentication import api_keys
from tests.actors import TEST
from tests.conftest import Person
from tests.gateway import umami
from tests.http.apps import other_app

UNAUTHORIZED = {"error": {"message": "Unauthorized", "code": "unauthorized", "status": 401}}


@pytest.fixture(scope="session")
def lasting_gateway(
    migrated_app: Flask, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    settings = {"umami_app_secret": umami.APP_SECRET, "trusted_proxies": 1}
    with other_app(database_url, tmp_path_factory.mktemp("gateway"), **settings) as made:
        yield made


@pytest.fixture
def gateway(app: Flask, lasting_gateway: Flask) -> Flask:
    return lasting_gateway


@pytest.fixture
def ask(gateway: Flask) -> Callable[..., TestResponse]:
    """``ask("GET /api/boards", token=…, share=…)``: the response for a request, as nginx asks for it."""

    def asked(call: str, token: str | None = None, share: str | None = None, **headers: str) -> TestResponse:
        method, uri = call.split(" ", 1)
        sent: dict[str, Any] = {"X-Original-Method": method, "X-Original-URI": uri}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if share is not None:
            sent |= {"x-umami-share-token": share, "x-umami-share-context": "1"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return gateway.test_client().get("/internal/authorize", headers=sent)

    return asked


@pytest.fixture
def taken_for(ask: Callable[..., TestResponse]) -> Callable[..., str | None]:
    """``taken_for("GET /api/boards", token)``: the id of the user whom Umami takes the caller for; None if refused."""

    def found(call: str, token: str | None = None, **others: Any) -> str | None:
        response = ask(call, token, **others)
        if response.status_code == 401:
            assert "Authorization" not in response.headers
            return None
        assert response.status_code == 200
        return str(umami.claims_of(response.headers["Authorization"])["userId"])

    return found


@pytest.fixture
def key_of(app: Flask) -> Callable[..., str]:
    """``key_of(person, scopes)``: a new API key."""

    def made(person: Person, scopes: Any = None, **others: Any) -> str:
        session = Credential(CredentialKind.SESSION, confirmed_at=utcnow())
        actor = Actor(Account(person.id, person.username, person.role), session, TEST)
        with app.app_context():
            return api_keys.create_key(actor, person.id, name="key", scopes=scopes, **others).key

    return made


@pytest.fixture
def grant(app: Flask) -> Callable[..., None]:
    """``grant(person, website, "view")`` sets a direct grant; None removes it."""

    def done(person: Person, website: Any, role: str | None = "view") -> None:
        with app.app_context():
            grants.set_access(OPERATOR, person.id, [website], SiteRole(role) if role else None)

    return done
