"""The tree of errors: each class has a plain message, and the data that the error texts of APIs need."""

import dataclasses

import pytest

from app.domain.errors import (
    BadValue,
    DomainError,
    InvalidField,
    LastOwner,
    NotFound,
    TooLong,
    TooShort,
    UnknownTeam,
    UnknownWebsites,
    WebsiteDenied,
    entry_for,
)
from app.domain.roles import SiteRole
from tests.domain.errors_of_every_kind import EVERY_ERROR, EVERY_KIND, VALUES

KINDS = ["Invalid", "Conflict", "Unauthenticated", "Denied", "NotFound", "Throttled", "Unavailable"]


class TestTheTree:
    def test_its_first_branches_are_the_kinds_that_every_api_has_a_status_for(self):
        assert [kind.__name__ for kind in DomainError.__subclasses__()] == KINDS

    @pytest.mark.parametrize("kind", EVERY_KIND, ids=lambda kind: kind.__name__)
    def test_each_class_says_what_it_is(self, kind):
        assert kind.__doc__ == vars(kind)["__doc__"]
        assert kind.__doc__.strip().endswith((".", "log."))
        assert not kind.__doc__.startswith(f"{kind.__name__}(")  # the default docstring of a dataclass

    @pytest.mark.parametrize("error", EVERY_ERROR, ids=lambda error: type(error).__name__)
    def test_each_has_a_plain_sentence_with_nothing_left_to_fill_in(self, error):
        assert error.message == str(error)
        assert error.message[0].isupper() or error.message.startswith((VALUES[str], "'"))
        assert not {"{", "}"} & set(error.message)


class TestSentences:
    @pytest.mark.parametrize(
        ("error", "message"),
        [
            (TooShort("access_code", 8), "The access code must have at least 8 characters."),
            (TooShort("username", 1), "The username must have at least 1 character."),
            (TooLong("password", 72, "bytes"), "The password must have at most 72 bytes in UTF-8."),
            (BadValue("excluded_ips", "x" * 300), f"'{'x' * 200}' is not a valid excluded ips."),
            (LastOwner(leaves=True), "The last owner of a team cannot leave it."),
            (LastOwner(leaves=False), "The last owner of a team cannot be demoted."),
            (WebsiteDenied("7" * 50, SiteRole.ADMIN), f"You need admin access to website {'7' * 40}."),
            (UnknownWebsites((1, "b")), "There is no website 1, b."),
            (
                UnknownWebsites(tuple(range(100))),
                f"There is no website {', '.join(map(str, range(20)))} and 80 more.",
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else type(value).__name__,
    )
    def test_data_is_told_and_bounded(self, error, message):
        assert error.message == message

    def test_braces_in_the_data_stay_as_they_are(self):
        assert BadValue("name", "{field}").message == "'{field}' is not a valid name."


class TestEntryFor:
    def test_it_is_that_of_the_class_or_of_the_nearest_above(self):
        table = {DomainError: "any", NotFound: "gone", InvalidField: "field"}

        found = [entry_for(table, error) for error in (UnknownTeam(), TooShort("x", 1), LastOwner(leaves=True))]

        assert found == ["gone", "field", "any"]


def test_errors_are_told_apart_by_identity_and_can_carry_a_cause():
    one, other = TooShort("x", 1), TooShort("x", 1)

    with pytest.raises(TooShort) as raised:
        raise one from ValueError("why")

    assert one != other
    assert dataclasses.asdict(raised.value) == {"field": "x", "minimum": 1, "unit": "characters"}
    assert str(raised.value.__cause__) == "why"
