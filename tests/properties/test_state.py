"""Exports random worlds as state files, and reads these again."""

import pytest
from hypothesis import HealthCheck, given, settings

from app.domain.actor import OPERATOR
from app.services.state import exporting, planning
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
