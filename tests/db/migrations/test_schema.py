"""Migrations work up and down, and produce the schema of the models."""

from uuid import UUID

from alembic import command
from sqlalchemy import text

from app.db import migrations
from app.db.session import db
from app.domain.actor import OPERATOR
from app.domain.pagination import Window
from app.models import Base
from app.services.users import accounts
from tests.db.migrations.conftest import all_revisions, of_models, schema, tables

TEAM = "00000000-0000-4000-8000-000000000000"


class TestUpgrade:
    def test_an_empty_database_gets_every_table(self, empty):
        migrations.upgrade()

        assert set(of_models(dict.fromkeys(tables(db.engine)))) == set(Base.metadata.tables)
        assert migrations.current_revision() == migrations.head_revision()

    def test_the_migrated_schema_is_the_one_that_the_models_make(self, make_empty):
        make_empty()
        migrations.upgrade()
        migrated = schema(db.engine)

        make_empty()
        Base.metadata.create_all(db.engine)

        assert of_models(migrated) == schema(db.engine)

    def test_alembic_finds_nothing_to_do(self, empty):
        migrations.upgrade()

        command.check(migrations.settings())  # raises an error if it would generate a migration

    def test_a_second_upgrade_changes_nothing(self, empty):
        migrations.upgrade()
        before = schema(db.engine)

        migrations.upgrade()

        assert schema(db.engine) == before


class TestFoldedNames:
    NAMES = {"Blue": "blue", "ÄRGER": "ärger", "Groß": "gross", "①": "1"}

    def test_names_of_before_are_folded_and_users_found_by_all_of_theirs(self, empty):
        migrations.upgrade("0006")
        with db.engine.begin() as connection:
            for number, name in enumerate(self.NAMES):
                values = {"id": UUID(int=number + 1).hex, "name": name, "email": f"{number}@example.org"}
                connection.execute(text("INSERT INTO team (team_id, name) VALUES (:id, :name)"), values)
                connection.execute(
                    text("INSERT INTO website (website_id, name, replay_enabled) VALUES (:id, :name, false)"), values
                )
                connection.execute(
                    text(
                        'INSERT INTO "user" (user_id, username, username_key, password, role, display_name, email_key) '
                        "VALUES (:id, :email, :email, '', 'user', :name, :email)"
                    ),
                    values,
                )

        migrations.upgrade()

        with db.engine.connect() as connection:
            for query in (
                "SELECT name, name_key FROM team",
                "SELECT name, name_key FROM website",
                'SELECT display_name, display_name_key FROM "user"',
            ):
                assert dict(connection.execute(text(query)).all()) == self.NAMES
        found = {search: accounts.list_users(OPERATOR, Window(), search=search).total for search in ("gross", "1@exam")}
        assert found == {"gross": 1, "1@exam": 1}


class TestDowngrade:
    def test_nothing_is_left_and_the_way_up_is_open_again(self, empty):
        migrations.upgrade()
        before = schema(db.engine)

        migrations.downgrade("base")
        left, revision = schema(db.engine), migrations.current_revision()
        migrations.upgrade()

        assert (left, revision) == ({"indexes": {}}, None)
        assert schema(db.engine) == before

    def test_each_step_back_undoes_exactly_its_step(self, empty):
        revisions = [script.revision for script in reversed(list(all_revisions()))]
        there = []
        for revision in revisions:
            migrations.upgrade(revision)
            there.append(schema(db.engine))

        back = [schema(db.engine)]
        for revision in reversed(revisions[:-1]):
            migrations.downgrade(revision)
            back.append(schema(db.engine))

        assert back == there[::-1]

    def test_rows_survive_steps_that_do_not_concern_them(self, empty):
        migrations.upgrade("0001")
        with db.engine.begin() as connection:
            connection.execute(text("INSERT INTO team (team_id, name) VALUES (:id, 'Blue')"), {"id": TEAM})

        migrations.upgrade()
        migrations.downgrade("0001")

        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT name FROM team")).scalars().all() == ["Blue"]
