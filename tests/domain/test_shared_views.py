"""What public links show, in Umami's terms."""

from uuid import UUID

import pytest

from app.domain.shared_views import BOARD_MOST, EntityType, SharedView, named_on_board

SHARE, ENTITY, SITE, LINK, PIXEL, ELSEWHERE = (UUID(int=number) for number in range(1, 7))
ON_BOARD = [(EntityType.WEBSITE, SITE), (EntityType.LINK, LINK), (EntityType.PIXEL, PIXEL)]


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (EntityType.WEBSITE, {"websiteId": str(ENTITY)}),
        (EntityType.LINK, {"websiteId": str(ENTITY), "linkId": str(ENTITY)}),
        (EntityType.PIXEL, {"websiteId": str(ENTITY), "pixelId": str(ENTITY)}),
        (
            EntityType.BOARD,
            {
                "boardId": str(ENTITY),
                "websiteIds": [str(SITE)],
                "linkIds": [str(LINK)],
                "pixelIds": [str(PIXEL)],
            },
        ),
    ],
)
def test_a_view_names_what_umami_names(kind, named):
    view = SharedView(SHARE, ENTITY, kind.value, {"overview": True}, ON_BOARD)

    assert view.in_umami() == {
        "shareId": str(SHARE),
        "shareType": kind.value,
        "parameters": {"overview": True},
        **named,
    }


def test_a_board_shows_itself_and_what_is_on_it():
    view = SharedView(SHARE, ENTITY, EntityType.BOARD.value, {}, ON_BOARD)

    assert [view.shows(shown) for shown in (ENTITY, SITE, LINK, PIXEL)] == [True] * 4
    assert [view.shows(shown) for shown in (ELSEWHERE, SHARE, None)] == [False] * 3


def test_a_board_names_its_own_entity_and_those_of_its_components():
    components = [
        {"entityType": "link", "entityId": str(LINK)},
        {"entityType": "pixel", "entityId": str(PIXEL).upper()},
        {"websiteId": str(ELSEWHERE)},
        {"websiteId": str(SITE)},
    ]
    parameters = {"websiteId": str(SITE), "rows": [{"columns": [{"component": each}]} for each in components]}

    assert named_on_board(parameters) == [*ON_BOARD, (EntityType.WEBSITE, ELSEWHERE)]


@pytest.mark.parametrize(
    "parameters",
    [
        None,
        [],
        "text",
        {"websiteId": 5, "linkId": "no id", "pixelId": ["a"]},
        {"rows": "text"},
        {"rows": [None, 1, {"columns": {}}, {"columns": [None, {"component": None}, {"component": "x"}]}]},
        {"rows": [{"columns": [{"component": {"entityType": ["link"], "entityId": {}}}]}]},
        {"rows": [{"columns": [{"component": {"entityType": "report", "entityId": str(LINK)}}]}]},
    ],
)
def test_a_board_of_any_other_shape_names_nothing(parameters):
    assert named_on_board(parameters) == []


def test_a_board_names_no_more_than_a_query_can_take():
    rows = [{"columns": [{"component": {"websiteId": str(UUID(int=number))}}]} for number in range(BOARD_MOST + 10)]

    assert len(named_on_board({"rows": rows})) == BOARD_MOST
