"""State files: where what is wrong is, and what else it may have meant."""

import json

import jsonschema
import pytest

from app.domain.errors import InvalidState
from app.domain.roles import Role, SiteRole, TeamRole
from app.domain.scopes import Scope
from app.services.state.documents import MAX_BYTES, SCHEMA, read_document

RULES = json.loads(SCHEMA.read_text())


def problems(content: str | bytes) -> list[str]:
    """Return what is wrong with a file, without its name."""
    with pytest.raises(InvalidState) as caught:
        read_document(content.encode() if isinstance(content, str) else content, "s.yaml")
    return [problem.removeprefix("s.yaml:") for problem in caught.value.problems]


def read(content: str) -> object:
    return read_document(content.encode(), "s.yaml").data


class TestTheSchema:
    def test_is_valid(self):
        jsonschema.Draft202012Validator.check_schema(RULES)

    @pytest.mark.parametrize(
        ("rule", "values"),
        [
            (RULES["$defs"]["user"]["properties"]["role"], Role),
            (RULES["$defs"]["team"]["properties"]["members"]["additionalProperties"], TeamRole),
            (RULES["$defs"]["grant"]["properties"]["role"], SiteRole),
            (RULES["$defs"]["key"]["properties"]["scopes"]["items"], Scope),
        ],
        ids=["roles", "team roles", "access levels", "scopes"],
    )
    def test_has_all_values_there_are(self, rule, values):
        assert rule["enum"] == [value.value for value in values]

    def test_describes_every_key(self):
        keys = [key for part in RULES["$defs"].values() for key in part["properties"].items()]

        undescribed = {name for name, rule in keys if "description" not in rule}

        assert undescribed == {"domain", "role"}


class TestValues:
    def test_words_that_old_yaml_takes_for_something_else_are_text(self):
        found = read(
            "users: [{username: no}, {username: on}, {username: 1e3}, {username: 2030-01-31}, {username: 0o7}]"
        )

        assert found == {"users": [{"username": name} for name in ("no", "on", "1e3", "2030-01-31", "0o7")]}

    def test_a_byte_order_mark_is_skipped(self):
        assert read_document("\ufeffusers: []".encode(), "s.yaml").data == {"users": []}


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("content", "found"),
        [
            (
                "users:\n  - usrname: ada",
                [
                    '2:5: The key "username" is missing.',
                    '2:5: Unknown key "usrname"; did you mean "username"?',
                ],
            ),
            ("teems: []", ['1:1: Unknown key "teems"; did you mean "teams"?']),
            ("xyzzy: []", ['1:1: Unknown key "xyzzy".']),
            (
                "users:\n- username: ada\n  role: Admin",
                ['3:3: "role": must be one of admin, user, view-only; did you mean "admin"?'],
            ),
            ("users: [{username: 5}]", ['1:10: "username": must be text (put it in quotes).']),
            ("users: [{username: ada, disabled: no}]", ['1:25: "disabled": must be true or false.']),
            ("users:", ['1:1: "users": must be a list.']),
            ("users: [ada]", ['1:9: "users": must be a mapping.']),
            ("users: [{username: a, username: b}]", ['1:23: The key "username" appears twice.']),
            ("a: &x []\nb: *x", ["2:4: Aliases (*name) are not supported; write the value out in each place."]),
            ("users: !!python/object:os.system []", ["1:8: Tags (!name) are not supported."]),
            ("users: [}", ["1:9: This is not valid YAML: did not find expected node content."]),
            ("a: []\n---\nb: []", ["2:1: This is not valid YAML: but found another document."]),
            ("", ["1: The file must be a mapping with users, teams, websites or grants."]),
            ("? [a]\n: b", ["1:3: A key must be text."]),
            ("users:\n- username: \"\x01\"", ["2: The file contains a control character."]),
            ('users: [{username: "a\\0b"}]', ["1:20: The value contains a control character."]),
            (b"users:\n- username: \xe4", ["2: The file is not valid UTF-8."]),
            ("users: []".encode("utf-16"), ["1: The file is not valid UTF-8."]),
        ],
    )  # fmt: skip
    def test_is_said_with_line_and_column(self, content, found):
        assert problems(content) == found

    def test_is_said_in_the_order_of_the_file(self):
        found = problems("grants: [{}]\nusers: [{}]\nteams: [{}]")

        assert [line.partition(":")[0] for line in found] == ["1", "1", "2", "3"]

    def test_a_password_in_the_file_is_not_repeated(self):
        assert problems("users: [{username: ada, password: hunter2}]") == [
            '1:25: "password": Passwords do not belong in this file. Write {env: NAME} or {file: PATH}.'
        ]

    def test_of_many_problems_the_first_are_said(self):
        found = problems("users: [" + "{}, " * 100 + "]")

        assert len(found) == 21
        assert found[-1] == "… and 80 more."

    @pytest.mark.parametrize(("start", "opening"), [("a: ", "["), ("a: ", "{a: "), ("a:\n", "- "), ("a:\n", "? ")])
    def test_deep_nesting_is_refused_before_the_parser_overflows(self, start, opening):
        (found,) = problems(start + opening * 100_000)

        assert found.endswith(": The file is nested too deeply.")

    def test_a_huge_file_is_refused(self):
        assert problems(b" " * (MAX_BYTES + 1)) == [" The file is larger than 32 MiB."]
