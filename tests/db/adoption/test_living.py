"""What Umami writes by itself is complete in Frontdesk at once, and what Umami deletes is gone on both sides."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask import Flask

from app.db import migrations
from app.domain.actor import OPERATOR
from app.domain.errors import AccessCodeTaken, SlugTaken, UserIdTaken, UsernameTaken
from app.domain.folding import fold, sort_key
from app.domain.pagination import Window
from app.services import adoption
from app.services.teams import teams
from app.services.users import accounts
from app.services.websites import websites
from tests.db.adoption.conftest import ADMIN, Database, adopt
from tests.db.adoption.rows import ADA, BLUE, BOB, EVE, add_member, add_team, add_user, add_website

NAMES = ["Ada", " spaced ", "GROSSE Straße", "İstanbul", "①", "ﬁne", "ΣΊΣΥΦΟΣ", "𝔸da", "x" * 255, "ﷺ" * 255]


class TestRowsThatUmamiAdds:
    @pytest.mark.parametrize("name", NAMES)
    def test_users_are_found_by_their_names_in_any_case(self, adopted: Flask, sql: Database, name: str) -> None:
        add_user(sql, ADA, name)

        assert sql.rows('SELECT username_key FROM "user" WHERE user_id = :id', id=ADA) == [(fold(name),)]

    def test_renamed_and_deleted_users_too(self, adopted: Flask, sql: Database) -> None:
        add_user(sql, ADA, "Ada")
        sql.run("""UPDATE "user" SET username = 'LOVELACE', display_name = 'Ada L.' WHERE user_id = :id""", id=ADA)
        renamed = sql.rows('SELECT username_key, display_name_key FROM "user" WHERE user_id = :id', id=ADA)
        sql.run("""UPDATE "user" SET username = 'x7f', deleted_at = now() WHERE user_id = :id""", id=ADA)

        assert renamed == [("lovelace", "ada l.")]
        assert sql.rows('SELECT username_key FROM "user" WHERE user_id = :id', id=ADA) == [(None,)]
        accounts.create_user(OPERATOR, username="lovelace", password="correct horse")

    def test_websites_have_numbers_and_names_to_sort_by(self, adopted: Flask, sql: Database) -> None:
        site = add_website(sql, "Größe", user_id=UUID(ADMIN), created_by=UUID(ADMIN))

        assert sql.rows("SELECT name_key FROM website") == [(sort_key("Größe"),)]
        assert sql.rows("SELECT number, website_id FROM website_number") == [(1, site)]
        assert websites.find_website(OPERATOR, "Größe").id == site

    def test_shares_belong_to_their_websites(self, adopted: Flask, sql: Database) -> None:
        site = add_website(sql, "Site", user_id=UUID(ADMIN))
        sql.run(
            "INSERT INTO share (share_id, entity_id, name, share_type, slug, parameters) "
            "VALUES (gen_random_uuid(), :site, 'All', 1, 'all', '{}')",
            site=site,
        )

        assert sql.rows("SELECT website_id FROM share") == [(site,)]

    def test_a_name_that_differs_in_case_only_is_refused_as_in_newer_releases_of_umami(
        self, adopted: Flask, sql: Database
    ) -> None:
        with pytest.raises(Exception, match="uq_user_username_key"):
            add_user(sql, ADA, "ADMIN")


class TestRowsThatUmamiDeletes:
    def test_a_team_with_its_members_leaves_its_websites_to_their_creators(self, adopted: Flask, sql: Database) -> None:
        add_user(sql, ADA, "ada")
        add_team(sql, BLUE, "Blue", owner=UUID(ADMIN), member=ADA)
        add_website(sql, "Site", team_id=BLUE, created_by=ADA)

        # The order in which Umami does it; Prisma empties references to the team before it deletes it.
        sql.run("WITH gone AS (DELETE FROM team_user WHERE team_id = :team) SELECT 1", team=BLUE)
        sql.run("UPDATE website SET team_id = NULL WHERE team_id = :team", team=BLUE)
        sql.run("DELETE FROM team WHERE team_id = :team", team=BLUE)

        assert sql.rows("SELECT name, user_id, team_id FROM website") == [("Site", ADA, None)]

    def test_a_user_leaves_what_umami_forgets_to_an_administrator(self, adopted: Flask, sql: Database) -> None:
        add_user(sql, ADA, "ada")
        add_website(sql, "Site", user_id=ADA, created_by=ADA)

        sql.run('DELETE FROM "user" WHERE user_id = :id', id=ADA)

        assert sql.rows("SELECT name, user_id, created_by FROM website") == [("Site", UUID(ADMIN), None)]

    @pytest.mark.parametrize(
        ("change", "owner"),
        [
            ("DELETE FROM team_user WHERE user_id = :ada", "eve"),
            ("UPDATE team_user SET role = 'team-member' WHERE user_id = :ada", "eve"),
            ("DELETE FROM team_user", "admin"),
        ],
        ids=["the owner is removed", "the owner is demoted", "all are removed"],
    )
    def test_a_team_has_an_owner_whatever_happens(self, adopted: Flask, sql: Database, change: str, owner: str) -> None:
        add_user(sql, ADA, "ada")
        add_user(sql, BOB, "bob")
        add_user(sql, EVE, "eve")
        add_team(sql, BLUE, "Blue", owner=ADA, member=BOB, manager=EVE)

        sql.run(change, **({"ada": ADA} if ":ada" in change else {}))

        assert sql.rows("""SELECT u.username FROM team_user m JOIN "user" u USING (user_id)
                           WHERE m.role = 'team-owner'""") == [(owner,)]


class TestWhatFrontdeskWrites:
    def test_websites_of_both_are_numbered_without_gaps(self, adopted: Flask, sql: Database) -> None:
        for name in ("one", "three"):
            websites.create_website(OPERATOR, name=name, domain=None, owner_id=UUID(ADMIN))
            add_website(sql, f"after {name}", user_id=UUID(ADMIN))

        numbers = sql.rows("SELECT name, number FROM website JOIN website_number USING (website_id) ORDER BY number")
        assert numbers == [("one", 1), ("after one", 2), ("three", 3), ("after three", 4)]

    def test_a_name_is_free_once_its_account_is_deleted_as_without_umami(self, adopted: Flask, sql: Database) -> None:
        first = accounts.create_user(OPERATOR, username="ada", password="correct horse")
        accounts.delete_user(OPERATOR, first.id)

        second = accounts.create_user(OPERATOR, username="ada", password="correct horse")

        assert accounts.list_users(OPERATOR, Window(), search="ada").total == 1
        assert sql.rows("""SELECT user_id FROM "user" WHERE username = 'ada' AND deleted_at IS NULL""") == [
            (second.id,)
        ]

    def test_websites_and_teams_are_created_and_deleted(self, adopted: Flask, sql: Database) -> None:
        owner = accounts.create_user(OPERATOR, username="ada", password="correct horse")
        team, _ = teams.create_team(OPERATOR, name="Blue", owner_id=owner.id)
        site = websites.create_website(OPERATOR, name="Site", domain="a.example", team_id=team.id, share_id="one-link")
        numbers = sql.rows("SELECT count(*) FROM website_number")
        websites.update_website(OPERATOR, site.id, replay_enabled=True)
        recorded = sql.rows("SELECT replay_enabled, recording_enabled FROM website")
        websites.delete_website(OPERATOR, site.id)
        teams.delete_team(OPERATOR, team.id)

        assert (numbers, recorded) == ([(1,)], [(True, True)])
        assert sql.rows(
            "SELECT (SELECT count(*) FROM website), (SELECT count(*) FROM team), (SELECT count(*) FROM share)"
        ) == [(0, 0, 0)]

    def test_conflicts_are_those_of_other_databases(self, adopted: Flask, sql: Database) -> None:
        owner = accounts.create_user(OPERATOR, username="ada", password="correct horse")
        team, _ = teams.create_team(OPERATOR, name="Blue", owner_id=owner.id)
        other, _ = teams.create_team(OPERATOR, name="Red", owner_id=owner.id)
        teams.update_team(OPERATOR, team.id, access_code="blue-code")
        websites.create_website(OPERATOR, name="Site", domain=None, owner_id=owner.id, share_id="one-link")

        with pytest.raises(AccessCodeTaken):
            teams.update_team(OPERATOR, other.id, access_code="blue-code")
        with pytest.raises(SlugTaken):
            websites.create_website(OPERATOR, name="Two", domain=None, owner_id=owner.id, share_id="one-link")
        with pytest.raises(UsernameTaken):
            accounts.create_user(OPERATOR, username="ADA", password="correct horse")
        with pytest.raises(UserIdTaken):
            accounts.create_user(OPERATOR, username="bob", password="correct horse", id=owner.id)


class TestColumnsThatUmamiChanges:
    @pytest.mark.parametrize("theirs", ["replay_enabled", "recorder_enabled"])
    def test_recording_is_the_same_on_both_sides(self, adopted: Flask, sql: Database, theirs: str) -> None:
        site = add_website(sql, "Site", user_id=UUID(ADMIN))
        if theirs == "recorder_enabled":
            sql.upgrade_umami("3.2")
        both = f"SELECT {theirs}, recording_enabled FROM website"

        sql.run(f"UPDATE website SET {theirs} = true")
        on = sql.rows(both)
        websites.update_website(OPERATOR, site, replay_enabled=False)
        off = sql.rows(both)
        websites.update_website(OPERATOR, site, replay_enabled=True)

        assert (on, off, sql.rows(both)) == ([(True, True)], [(False, False)], [(True, True)])

    def test_a_second_factor_that_frontdesk_requires_is_required_by_umami_after_its_upgrade(
        self, adopted: Flask, sql: Database
    ) -> None:
        sql.run('UPDATE "user" SET second_factor_required = true')
        sql.upgrade_umami("3.3")

        adoption.follow(OPERATOR, lambda _text: None)

        assert sql.rows('SELECT second_factor_required, two_factor_required FROM "user"') == [(True, True)]

    def test_what_umami_required_before_the_adoption_counts(
        self, make_umami: Callable[..., Flask], sql: Database
    ) -> None:
        make_umami("3.3")
        sql.run('UPDATE "user" SET two_factor_required = true')

        adopt()

        assert sql.rows('SELECT second_factor_required FROM "user"') == [(True,)]


class TestApiKeysOfUmami:
    HASH = "a" * 128

    def add(self, sql: Database) -> None:
        sql.run(
            "INSERT INTO api_key (api_key_id, user_id, name, key_hash, key_prefix) "
            "VALUES (gen_random_uuid(), :id, 'CI', :hash, 'umami_abcdefgh')",
            id=ADMIN,
            hash=self.HASH,
        )

    def test_those_of_before_and_those_of_later_are_ours_too(
        self, make_umami: Callable[..., Flask], sql: Database
    ) -> None:
        make_umami("3.4")
        self.add(sql)
        adopt()
        before = sql.rows("SELECT name, key_hash, key_prefix, scopes FROM user_api_key")
        sql.run("DELETE FROM api_key")
        deleted = sql.rows("SELECT count(*) FROM user_api_key")
        self.add(sql)
        sql.run("UPDATE api_key SET last_used_at = now()")

        assert before == [("CI", self.HASH, "umami_abcdefgh", None)]
        assert deleted == [(0,)]
        assert sql.rows("SELECT name, last_used_at IS NOT NULL FROM user_api_key") == [("CI", True)]

    def test_one_that_is_revoked_here_ends_there(self, make_umami: Callable[..., Flask], sql: Database) -> None:
        make_umami("3.4")
        self.add(sql)
        adopt()

        sql.run("DELETE FROM user_api_key")

        assert sql.rows("SELECT count(*) FROM api_key") == [(0,)]


def test_memberships_are_unique(adopted: Flask, sql: Database) -> None:
    add_team(sql, BLUE, "Blue", owner=UUID(ADMIN))

    with pytest.raises(Exception, match="uq_team_user_team_id_user_id"):
        add_member(sql, BLUE, UUID(ADMIN), "team-member")


class TestTheStartOfAServer:
    def test_completes_rows_that_were_written_while_triggers_were_off(self, adopted: Flask, sql: Database) -> None:
        sql.run('ALTER TABLE "user" DISABLE TRIGGER USER')
        sql.run("ALTER TABLE website DISABLE TRIGGER USER")
        add_user(sql, ADA, "Ada")
        add_website(sql, "Größe", user_id=ADA)
        sql.run('ALTER TABLE "user" ENABLE TRIGGER USER')
        sql.run("ALTER TABLE website ENABLE TRIGGER USER")

        adoption.follow(OPERATOR, print)

        assert sql.rows('SELECT username_key FROM "user" WHERE user_id = :id', id=ADA) == [("ada",)]
        assert sql.rows("SELECT name_key, number FROM website JOIN website_number USING (website_id)") == [
            ("grösse", 1)
        ]

    def test_repairs_such_a_row_if_it_breaks_a_rule(self, adopted: Flask, sql: Database) -> None:
        sql.run('ALTER TABLE "user" DISABLE TRIGGER USER')
        add_user(sql, ADA, "ADMIN", on="2099-01-01")
        sql.run('ALTER TABLE "user" ENABLE TRIGGER USER')

        adoption.follow(OPERATOR, print)

        assert sql.rows('SELECT username, username_key FROM "user" WHERE user_id = :id', id=ADA) == [
            ("ADMIN-00000001", "admin-00000001")
        ]

    def test_does_nothing_in_a_database_of_our_own(self, make_umami: Callable[..., Flask]) -> None:
        make_umami(None)
        migrations.upgrade()
        said: list[str] = []

        adoption.follow(OPERATOR, said.append)

        assert (said, adoption.upgraded_to(OPERATOR)) == ([], None)
