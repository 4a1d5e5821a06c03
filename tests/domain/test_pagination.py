"""Windows of lists, and pages far beyond the end."""

import pytest

from app.domain.actor import OPERATOR
from app.domain.pagination import Window
from app.services.users import accounts

FAR = 2**53 - 1


@pytest.mark.parametrize(
    ("page", "size", "cap", "values"),
    [
        (1, 20, None, {"offset": 0, "limit": 20}),
        (3, 7, None, {"offset": 14, "limit": 7}),
        (1, 20, 5, {"offset": 0, "limit": 5, "probe": 6}),
        (2, 20, 25, {"offset": 20, "limit": 5, "probe": 26}),
        (3, 20, 25, {"offset": 40, "limit": 0, "probe": 26}),
    ],
)
def test_a_page_is_a_window(page, size, cap, values):
    assert Window.of_page(page, size, cap).values == values


@pytest.mark.parametrize("cap", [None, 1, FAR])
@pytest.mark.parametrize("size", [1, 1000, 10**9])
def test_no_page_is_too_far_for_a_database(app, make_user, size, cap):
    make_user()

    with app.app_context():
        page = accounts.list_users(OPERATOR, Window.of_page(FAR, size, cap))

    assert (list(page.rows), page.total, page.capped) == ([], 1, False)
