"""Who sees whom, and what reports say, against a plain reading of the rules, on random worlds."""

import pytest
from hypothesis import HealthCheck, given, settings

from app.db.reads import fetch_all
from app.domain.actor import OPERATOR
from app.domain.errors import Denied
from app.domain.pagination import Window
from app.domain.roles import ROLE_OF_RANK, SiteRole
from app.queries.matomo import sites as site_queries
from app.services.matomo import people as directory
from app.services.matomo import reports
from tests.actors import acting
from tests.properties.worlds import World, strongest, worlds

RANDOM = settings(
    max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def right_of(world: World, person, site):
    """The right, without the global role's."""
    return strongest({reason for reason in world.reasons(person, site) if reason[0] != "admin"})


def seen_by(world: World, caller):
    """Names of everybody whom the caller may see; None for who may see no list at all."""
    if caller.role == "admin":
        return sorted(person.name for person in world.people if not person.deleted)
    own = [site for site in world.sites if right_of(world, caller, site) == "admin"]
    if not own:
        return None
    return sorted(
        person.name
        for person in world.people
        if person.role != "admin"
        and not person.deleted
        and (person is caller or any(right_of(world, person, site) for site in own))
    )


def pages(fetch, size=2):
    """All rows of a list, page by page."""
    first = fetch(Window(0, size))
    rows = list(first.rows)
    for offset in range(size, first.total, size):
        rows += fetch(Window(offset, size)).rows
    assert len(rows) == first.total
    return rows


def numbers():
    """The number of every living website, by id."""
    return {row.id: row.number for row in fetch_all(site_queries.select_all_keys, actor_id=None)}


def actor_of(person):
    return acting(person.id, person.role, person.name)


@given(world=worlds())
@RANDOM
def test_everybody_sees_whom_they_may(world):
    with world.stored():
        for caller in (person for person in world.people if not person.deleted):
            expected, actor = seen_by(world, caller), actor_of(caller)
            if expected is None:
                with pytest.raises(Denied):
                    directory.list_usernames(actor)
                continue
            assert [
                row.username for row in pages(lambda window, a=actor: directory.list_usernames(a, window))
            ] == expected
            waiting = {person.name for person in world.people if person.pending} if caller.role != "admin" else set()
            shown = pages(lambda window, a=actor: directory.list_people(a, window))
            assert [row.username for row in shown] == [name for name in expected if name not in waiting]


@given(world=worlds())
@RANDOM
def test_reports_of_users(world):
    living = [site for site in world.sites if not site.deleted]
    with world.stored():
        number = numbers()
        for person in (person for person in world.people if not person.deleted):
            rows = pages(lambda window, p=person: reports.list_access_of_user(OPERATOR, p.name, window))
            found = [(row.number, row.access) for row in rows]
            if person.role == "admin":
                assert found == sorted((number[site.id], "admin") for site in living)
                continue
            roles = {number[site.id]: right_of(world, person, site) for site in living}
            extra = [
                (number[site], name)
                for site, user, name in world.capabilities
                if user == person.id and site in number and roles[number[site]]
            ]
            assert sorted(found) == sorted([(site, right) for site, right in roles.items() if right] + extra)
            page, some = reports.list_sites_of_user(OPERATOR, person.name)
            assert {row.number: ROLE_OF_RANK.get(row.rank) for row in page.rows} == {
                site: right and SiteRole(right) for site, right in roles.items()
            }
            assert some == any(roles.values())


@given(world=worlds())
@RANDOM
def test_reports_of_websites(world):
    people = [person for person in world.people if person.role != "admin" and not person.deleted]
    with world.stored():
        number = numbers()
        for site in (site for site in world.sites if not site.deleted):
            rights = {person.name: right_of(world, person, site) for person in people}
            rows = reports.roles_on_site(OPERATOR, number[site.id])
            assert {row.username: ROLE_OF_RANK.get(row.rank) for row in rows} == {
                name: right for name, right in rights.items() if right
            }
            for role in SiteRole:
                page = directory.list_people_with(OPERATOR, number[site.id], has=role)
                assert [row.username for row in page.rows] == sorted(n for n, right in rights.items() if right == role)
        for role in SiteRole:
            rows = reports.sites_with(OPERATOR, role)
            assert [(row.username, row.number) for row in rows] == sorted(
                (person.name, number[site.id])
                for person in people
                for site in world.sites
                if right_of(world, person, site) == role
            )
