"""PUT as a part of a larger transaction."""

import pytest

from app.db.session import transaction
from app.domain.actor import OPERATOR
from app.domain.errors import WebsiteIdTaken
from app.services.users import accounts
from app.services.websites import putting


def test_what_cannot_be_created_is_told_inside_another_transaction_too(app, admin, make_user, make_website):
    ada = make_user("ada")
    site = make_website(owner=ada)
    with app.app_context():
        accounts.delete_user(OPERATOR, ada.id)  # the website's row stays, until the user can no longer be restored

    with app.app_context(), pytest.raises(WebsiteIdTaken), transaction():
        putting.put_website(admin.actor, site, name="Site", domain="site.example")
