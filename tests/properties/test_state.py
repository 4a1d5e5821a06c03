"""Exports random worlds as state files, and reads these again."""

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.actor import OPERATOR
from app.domain.errors import InvalidState
from app.domain.roles import Role
from app.services.authentication.api_keys import NewKey
from app.services.state import applying, exporting, planning
from tests.properties.worlds import World, worlds

RANDOM = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def _context(app):
    with app.app_context():
        yield


@given(worlds())
@RANDOM
def test_what_is_exported_plans_to_no_change(world: World):
    with world.stored():
        exported = "".join(exporting.export_state(OPERATOR))

        plan = planning.make_plan(OPERATOR, exported.encode(), "state.yaml", prune=True)

        assert plan.changes == []
        assert "".join(exporting.export_state(OPERATOR)) == exported


@given(worlds(), worlds())
@RANDOM
def test_one_world_becomes_another_in_one_apply(there: World, here: World):
    for world in (there, here):
        world.people[0].role, world.people[0].pending, world.people[0].deleted = Role.ADMIN.value, False, False
        for number, site in enumerate(world.sites):
            site.name = f"site {number}"
    for person in here.people:
        person.deleted = False  # in these worlds, deleted accounts keep their names
    with there.stored():
        state = "".join(exporting.export_state(OPERATOR)).encode()

    with here.stored():
        try:
            plan = planning.make_plan(OPERATOR, state, "state.yaml", prune=True)
        except InvalidState:  # such as a team without an owner, which can be exported but not created
            return
        made = list(applying.carry_out(OPERATOR, plan, NoSecrets()))

        assert len(made) == len(plan.changes)
        assert planning.make_plan(OPERATOR, state, "state.yaml", prune=True).changes == []


class NoSecrets:
    """Random worlds have neither passwords nor keys."""

    def secret(self, source: Mapping[str, str]) -> str:
        raise AssertionError(source)

    def key(self, user: str, made: NewKey, file: str | None) -> None:
        raise AssertionError(made.name)
