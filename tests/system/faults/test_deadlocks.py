"""Deadlocks: PostgreSQL aborts one transaction, and it is run again."""

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.db import migrations
from app.db.session import retried, transaction
from app.domain.actor import OPERATOR
from app.models import User
from app.services.users import accounts
from tests.http.apps import other_app
from tests.racing import at_once
from tests.system.faults.cluster import Server


@pytest.fixture
def app_on_postgresql(postgresql: Server, tmp_path: Path) -> Iterator[Flask]:
    with other_app(postgresql.new_database(), tmp_path) as app:
        with app.app_context():
            migrations.upgrade()
        yield app


def test_both_get_their_way(app_on_postgresql):
    app, both_have_one, attempts = app_on_postgresql, Barrier(2), []
    with app.app_context():
        ada, grace = (accounts.create_user(OPERATOR, username=name, password="correct horse").id for name in ("a", "g"))

    @retried
    def change(name: str, *ids: UUID) -> None:
        attempts.append(name)
        with transaction() as session:
            for number, user_id in enumerate(ids):
                session.execute(update(User).where(User.id == user_id).values(display_name=name))
                if number == 0 and len(attempts) <= 2:
                    both_have_one.wait(timeout=60)

    def run(name: str, *ids: UUID) -> None:
        with app.app_context():
            change(name, *ids)

    at_once(lambda: run("first", ada, grace), lambda: run("second", grace, ada))

    with app.app_context(), transaction() as session:
        names = {*session.scalars(select(User.display_name)).all()}
    assert sorted(attempts[:2]) == ["first", "second"]
    assert names == {attempts[2]}
    assert len(attempts) == 3
