"""Which letters one name can combine."""

import re
import sys

import pytest
import regex

from app.domain.scripts import SCRIPTS, is_of_one_script

# Whether a text is at least "highly restrictive" according to UTS 39.
VERDICTS = {
    "": True,
    "ada": True,
    "ada 42 @ example.org": True,
    "circle": True,
    "сігсӏе": True,
    "Сirсlе": False,
    "Circ1e": True,
    "C𝗂𝗋𝖼𝗅𝖾": True,
    "𝖢𝗂𝗋𝖼𝗅𝖾": True,
    "〆切": True,
    "ねガ": True,
    "Ωmega": False,
    "Teχ": False,
    "XMLДокумент": False,
    "漢字かなカナabc": True,
    "漢字ㄅㄆabc": True,
    "漢字한글abc": True,
    "かな한글": False,
    "ㄅㄆ한글": False,
    "かなДа": False,
    "ー": True,
    "٣ع": True,
    "٣ד": False,
}


@pytest.mark.parametrize(("text", "verdict"), VERDICTS.items(), ids=map(ascii, VERDICTS))
def test_letters_of_one_script_or_of_those_that_are_written_together(text, verdict):
    assert is_of_one_script(text) == verdict


def test_every_character_of_a_script_is_of_one_that_is_known():
    everything = "".join(map(chr, [*range(0xD800), *range(0xE000, sys.maxunicode + 1)]))
    known = "".join(rf"\p{{scx={script}}}" for script in (*SCRIPTS.split(), "Zyyy", "Zinh", "Zzzz"))

    others = regex.findall(f"[^{known}]", everything)

    assert others == []


def test_the_scripts_are_named_by_iso_15924_in_order():
    names = SCRIPTS.split()

    assert names == sorted(set(names))
    assert all(re.fullmatch("[A-Z][a-z]{3}", name) for name in names)
