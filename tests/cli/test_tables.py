"""Tables fit a terminal, and are whole elsewhere."""

import pytest
from rich.cells import cell_len

from app.cli.tables import Table, values

ID = "01a21816-2c77-72cb-9cdc-4420f24486a9"
ROW = {"id": ID, "name": "Our first site", "created_at": "2026-11-26 13:40:36Z"}


def lines(*rows: dict[str, str], **options) -> list[str]:
    return list(Table(tuple(ROW), **options).lines(rows))


class TestWidth:
    def test_elsewhere_lines_are_whole(self):
        header, row = lines(ROW | {"name": "n" * 300})

        assert row == f"{ID}  {'n' * 300}  {ROW['created_at']}"
        assert header.index("created_at") == row.index("2026")

    def test_what_fits_a_terminal_is_the_same_there(self):
        assert lines(ROW, width=200) == lines(ROW)

    def test_cells_are_folded_in_a_terminal_and_ids_stay_whole(self):
        header, *rest = lines(ROW, width=60)

        assert header.split() == ["id", "name", "created_at"]
        assert rest[0].startswith(ID)
        assert max(map(len, rest)) <= 60
        assert " ".join(" ".join(rest).split()) == f"{ID} Our first 2026-11-26 site 13:40:36Z"

    def test_in_a_narrow_terminal_each_row_has_lines_of_its_own(self):
        rows = [ROW, ROW | {"name": "Another site"}]

        assert lines(*rows, width=50) == [*values(rows[0]), "", *values(rows[1])]
        assert list(values(ROW))[1] == "name        Our first site"

    @pytest.mark.parametrize("width", [20, 60, 80, None])
    def test_no_value_is_lost(self, width: int | None):
        printed = "".join("".join(lines(ROW, width=width)).split())

        assert all(word in printed for text in ROW.values() for word in text.split())


class TestUnicode:
    @pytest.mark.parametrize("name", ["東京", "Größe", "e\u0301te\u0301", "👩‍🚀 Ada", "한국어"])
    def test_columns_are_aligned_after_wide_and_combining_characters(self, name: str):
        printed = lines(ROW | {"name": name}, ROW)

        starts = [
            cell_len(line[: line.index(word)]) for line, word in zip(printed, ["created", "2026", "2026"], strict=True)
        ]
        assert len(set(starts)) == 1


class TestPieces:
    def test_the_header_comes_once_and_columns_only_grow(self):
        table = Table(("name", "role"))

        first = list(table.lines([{"name": "administrator", "role": "admin"}]))
        second = list(table.lines([{"name": "ada", "role": "user"}]))

        assert first == ["name           role", "administrator  admin"]
        assert second == ["ada            user"]

    def test_nothing_has_a_header_too(self):
        assert lines() == ["id  name  created_at"]


class TestColour:
    def test_only_on_request(self):
        assert "\x1b" not in "".join([*lines(ROW), *lines(ROW, width=60), *lines(ROW, width=20)])

    @pytest.mark.parametrize("width", [20, 60, 200])
    def test_header_or_names_stand_out(self, width: int):
        assert "\x1b[" in "".join(lines(ROW, width=width, colour=True))
