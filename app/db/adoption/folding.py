"""SQL functions that fold names exactly as ``app.domain.folding`` does, for rows that Umami writes."""

import sys
import unicodedata
from functools import cache
from string import ascii_lowercase, ascii_uppercase

from app.domain.folding import KEY_MAX_BYTES, SORT_KEY_LENGTH

SPACES = "".join(filter(str.isspace, map(chr, range(0x3001))))
"""What ``str.strip`` removes."""
NAMES = ("umami_fold", "umami_sort_key", "umami_fold_case")
"""The functions, each before those that it calls."""


@cache
def functions(schema: str) -> tuple[str, ...]:
    """
    The statements that create the functions.

    :param schema: a schema's name as SQL, or ``pg_temp`` for functions that end with the session
    """
    same, folded, long = _case_folding()
    expand = "replaced"
    for letter, expansion in long:
        expand = f"replace({expand}, {_quoted(letter)}, {_quoted(expansion)})"
    # ASCII needs neither tables nor normalization, and most names are ASCII.
    return (
        f"""
        CREATE OR REPLACE FUNCTION {schema}.umami_fold_case(name text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
        DECLARE replaced text;
        BEGIN
            IF octet_length(name) = length(name) THEN
                RETURN lower(name COLLATE "C");
            END IF;
            replaced := translate(normalize(name, NFKC), {_quoted(same)}, {_quoted(folded)});
            IF replaced ~ {_quoted("[" + "".join(letter for letter, _ in long) + "]")} THEN
                replaced := {expand};
            END IF;
            RETURN normalize(replaced, NFKC);
        END $$
        """,
        f"""
        CREATE OR REPLACE FUNCTION {schema}.umami_sort_key(name text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
            SELECT left({schema}.umami_fold_case(name), {SORT_KEY_LENGTH})
        $$
        """,
        f"""
        CREATE OR REPLACE FUNCTION {schema}.umami_fold(name text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
        DECLARE folded text := btrim({schema}.umami_fold_case(name), {_quoted(SPACES)});
        BEGIN
            IF octet_length(folded) > {KEY_MAX_BYTES} THEN
                RETURN 'sha256:' || encode(sha256(convert_to(folded, 'UTF8')), 'hex');
            END IF;
            RETURN folded;
        END $$
        """,
    )


def _case_folding() -> tuple[str, str, list[tuple[str, str]]]:
    """Letters that fold to one letter, these letters, and letters that fold to several."""
    same, folded, long = [], [], []
    for number in range(128, sys.maxunicode + 1):
        letter = chr(number)
        if unicodedata.category(letter) in ("Cn", "Cs") or letter.casefold() == letter:
            continue
        if unicodedata.normalize("NFKC", letter) != letter:
            continue  # normalization comes first, so it never gets there
        if len(letter.casefold()) == 1:
            same.append(letter)
            folded.append(letter.casefold())
        else:
            long.append((letter, letter.casefold()))
    return ascii_uppercase + "".join(same), ascii_lowercase + "".join(folded), long


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
