"""Reading rows from files that are well-formed, and from files that are not."""

import io

import pytest

from app.domain.errors import SourceUnusable
from app.domain.formulas import defused, restored
from app.services.files.reading import MOST_CHARACTERS, read_rows


def read(content: bytes, encoding: str | None = None) -> list[tuple[int, object]]:
    """Return what a file has: the number of each row's line, and its values or its error."""
    found = read_rows(io.BytesIO(content), encoding)
    return [(row.line, dict(row.values) if row.error is None else row.error.message) for row in found]


ADA = [(2, {"username": "ádá", "email": "ada@example.com"})]
TEXT = "username,email\r\nádá,ada@example.com\r\n"


class TestEncodings:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_it_is_found_out_by_the_byte_order_mark(self, encoding: str):
        assert read(TEXT.encode(encoding)) == ADA

    def test_another_encoding_can_be_named(self):
        assert read(TEXT.encode("latin-1"), "latin-1") == ADA

    def test_bytes_in_another_encoding_cost_only_their_row(self):
        content = b"username,email\nada,\n\xe1d\xe1,\nbob,\n"

        assert read(content) == [
            (2, {"username": "ada", "email": ""}),
            (3, "The line is not valid UTF-8; if the file has another encoding, name it with --encoding."),
            (4, {"username": "bob", "email": ""}),
        ]

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            ("username\nada\n".encode("utf-16-le"), "not a text file"),
            (b"\xff\xfea\x00\n\x00\x00\xd8a\x00", "not valid UTF-16"),
            (b'[{"username": "ada"}]', "JSON array"),
            (b"username,emial\nada,\n", "no column 'emial'. Did you mean 'email'"),
            (b"username,username\nada,\n", "'username' is there twice"),
        ],
        ids=["no mark", "cut in two", "array", "typo", "column twice"],
    )
    def test_a_file_that_cannot_be_read_is_refused_with_the_reason(self, content: bytes, reason: str):
        with pytest.raises(SourceUnusable) as caught:
            read(content)

        assert reason in caught.value.reason


class TestCsv:
    def test_semicolons_and_tabs_separate_values_as_well(self):
        assert read(b"username;email\nada;a@example.com\n") == read(b"username\temail\nada\ta@example.com\n")

    def test_ragged_rows_are_refused_and_the_others_kept(self):
        assert read(b"username,email\nada\nbob,\neve,,x\n") == [
            (2, "The row has 1 values, but the header has 2 columns."),
            (3, {"username": "bob", "email": ""}),
            (4, "The row has 3 values, but the header has 2 columns."),
        ]

    def test_a_value_may_have_several_lines_and_lines_are_counted_right(self):
        assert read(b'username,email\n"a\nb",\n\nbob,\n') == [
            (2, {"username": "a\nb", "email": ""}),
            (5, {"username": "bob", "email": ""}),
        ]

    def test_a_missing_quotation_mark_is_told_with_the_lines_that_it_cost(self):
        ((line, message),) = read(b'username,email\n"ada,\nbob,\neve,\n')

        assert line == 2
        assert "everything up to line 4 was read as one row" in str(message)

    @pytest.mark.parametrize("text", ["=1+1", "'=1+1", "''", "-5", "@home", "＝x", "plain", "'quoted'"])
    def test_a_formula_is_defused_and_restored(self, text: str):
        cell = defused(text)

        assert not cell.startswith(("=", "-", "@", "＝"))
        assert restored(cell) == text


class TestJsonLines:
    def test_lines_that_are_no_objects_are_refused_and_the_others_kept(self):
        assert [line for line, _ in read(b'{"username": "ada"}\n\n7\n{"username": \n{"username": "bob"}')] == [
            1,
            3,
            4,
            5,
        ]

    def test_a_line_without_end_is_refused_without_being_held(self):
        class Endless(io.RawIOBase):
            """A hundred times the longest line, and a row after it."""

            left = 100 * MOST_CHARACTERS
            start, end = b'{"username": "ada"}\n', b'\n{"username": "bob"}\n'

            def readable(self) -> bool:
                return True

            def readinto(self, buffer) -> int:  # type: ignore[override]
                if self.start:
                    part, self.start = self.start, b""
                elif self.left:
                    part = b"x" * min(len(buffer), self.left)
                    self.left -= len(part)
                else:
                    part, self.end = self.end, b""
                buffer[: len(part)] = part
                return len(part)

        found = [(row.line, row.error is None) for row in read_rows(io.BufferedReader(Endless()))]

        assert found == [(1, True), (2, False), (3, True)]
