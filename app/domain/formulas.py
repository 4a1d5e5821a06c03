"""Text that a spreadsheet would run as a formula: how CSV marks it, and how the text is found again."""

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 (spreadsheets read these, too)
"""How text begins that a spreadsheet would run."""
MARK = "'"


def defused(text: str) -> str:
    """Return the text with an apostrophe in front if it is a formula, perhaps one that is marked already."""
    return MARK + text if _is_formula(text) else text


def restored(cell: str) -> str:
    """Return the text of which ``defused`` made a cell."""
    return cell[1:] if cell.startswith(MARK) and _is_formula(cell) else cell


def _is_formula(text: str) -> bool:
    return text.lstrip(MARK).startswith(FORMULA)
