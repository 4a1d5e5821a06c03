"""Compares each SQL statement for effective access with the rules in plain Python, on random worlds."""

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings

from app.db.reads import fetch_all, fetch_one
from app.domain import policy
from app.domain.actor import OPERATOR
from app.domain.pagination import Window
from app.domain.permissions import Permission
from app.domain.roles import ROLE_OF_RANK, SiteRole
from app.queries import access as queries
from app.queries import websites as website_queries
from app.services.access import effective
from tests.actors import acting
from tests.properties.worlds import IMPLIED, World, strongest, worlds

PAGE = 2
"""Small, so that lists have several pages."""
RANDOM = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


def told(statement, **values):
    """Return the result of an access statement: ``{(user, website): access level}``."""
    rows = fetch_all(statement, **values)
    found = {(row.user_id, row.website_id): ROLE_OF_RANK[row.rank] for row in rows}
    assert len(found) == len(rows)
    return found


def by_the_rules(world: World):
    """Return the same from the rules, without the global role, which these statements do not consider."""
    found = {}
    for person, site in product(world.people, world.sites):
        right = strongest({reason for reason in world.reasons(person, site) if reason[0] != "admin"})
        if right is not None:
            found[person.id, site.id] = SiteRole(right)
    return found


def summary(view):
    """Return a view in the form of ``expected``."""
    reasons = {(reason.source, reason.right, reason.team.role if reason.team else None) for reason in view.reasons}
    assert len(reasons) == len(view.reasons)
    return view.user.id, view.website.id, reasons, view.right, view.granted, view.implied


def expected(world: World, person, site):
    reasons = world.reasons(person, site)
    right = strongest(reasons)
    return person.id, site.id, reasons, right, world.granted(person, site), IMPLIED[right]


def whole(list_page, *args):
    """Return all rows of a list, read page by page."""
    first = list_page(OPERATOR, *args, Window(0, PAGE))
    rows = [*first.rows]
    for offset in range(PAGE, first.total, PAGE):
        page = list_page(OPERATOR, *args, Window(offset, PAGE))
        assert page.total == first.total
        rows += page.rows
    assert len(rows) == first.total
    return [summary(row) for row in rows]


@given(world=worlds())
@RANDOM
def test_one_pair_one_user_one_website_and_everything_say_the_same(world):
    rules = by_the_rules(world)
    with world.stored():
        assert told(queries.select_rank(queries.everything)) == rules
        for person in world.people:
            of_one = {pair: right for pair, right in rules.items() if pair[0] == person.id}
            assert told(queries.select_rank(queries.of_user), user_id=person.id) == of_one
        for site in world.sites:
            on_one = {pair: right for pair, right in rules.items() if pair[1] == site.id}
            assert told(queries.select_rank(queries.on_website), website_id=site.id) == on_one
        for person, site in product(world.people, world.sites):
            of_pair = {pair: right for pair, right in rules.items() if pair == (person.id, site.id)}
            assert told(queries.select_rank(), user_id=person.id, website_id=site.id) == of_pair


@given(world=worlds())
@RANDOM
def test_the_reports_have_everybody_with_every_reason(world):
    people = [person for person in world.people if not person.deleted]
    sites = [site for site in world.sites if not site.deleted]
    with world.stored():
        for person, site in product(people, sites):
            assert summary(effective.get_access(OPERATOR, site.id, person.id)) == expected(world, person, site)
        for person in people:
            having = [site for site in sites if world.reasons(person, site)]
            having.sort(key=lambda site: (site.name, site.id))
            listed = whole(effective.list_user_access, person.id)
            assert listed == [expected(world, person, site) for site in having]
        for site in sites:
            holders = [person for person in people if world.reasons(person, site)]
            holders.sort(key=lambda person: (person.name, person.id))
            listed = whole(effective.list_website_access, site.id)
            assert listed == [expected(world, person, site) for person in holders]


@given(world=worlds())
@RANDOM
def test_the_policy_of_the_wires_is_the_same(world):
    with world.stored():
        for person, site in product(world.people, world.sites):
            if person.deleted or site.deleted:
                continue
            actor = acting(person.id, person.role)
            row = fetch_one(website_queries.select_website, website_id=site.id, actor_id=person.id)
            right = strongest(world.reasons(person, site))
            assert policy.can_see_website(actor, row) is (right is not None)
            assert policy.can_change_website(actor, row, Permission.WEBSITE_UPDATE) is (right in ("write", "admin"))
            assert policy.can_change_website(actor, row, Permission.WEBSITE_ACCESS) is (right == "admin")
