"""
Which letters one name can combine: the "highly restrictive" level of Unicode's UTS 39 (see docs/decisions/names.md).

A character's scripts are those of its Script_Extensions. Digits, punctuation, accents and emoji go with every script.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex

SCRIPTS = """
    Adlm Aghb Ahom Arab Armi Armn Avst Bali Bamu Bass Batk Beng Berf Bhks Bopo Brah Brai Bugi Buhd Cakm Cans
    Cari Cham Cher Chrs Copt Cpmn Cprt Cyrl Deva Diak Dogr Dsrt Dupl Egyp Elba Elym Ethi Gara Geor Glag Gong
    Gonm Goth Gran Grek Gujr Gukh Guru Hang Hani Hano Hatr Hebr Hira Hluw Hmng Hmnp Hrkt Hung Ital Java Jurc
    Kali Kana Kawi Khar Khmr Khoj Kits Knda Krai Kthi Lana Laoo Latn Lepc Limb Lina Linb Lisu Lyci Lydi Mahj
    Maka Mand Mani Marc Medf Mend Merc Mero Mlym Modi Mong Mroo Mtei Mult Mymr Nagm Nand Narb Nbat Newa Nkoo
    Nshu Ogam Olck Onao Orkh Orya Osge Osma Ougr Palm Pauc Pcun Perm Phag Phli Phlp Phnx Plrd Prti Rjng Rohg
    Runr Samr Sarb Saur Seal Sgnw Shaw Shrd Sidd Sidt Sind Sinh Sogd Sogo Sora Soyo Sund Sunu Sylo Syrc Tagb
    Takr Tale Talu Taml Tang Tavt Tayo Telu Tfng Tglg Thaa Thai Tibt Tirh Tnsa Todr Tols Toto Tutg Ugar Vaii
    Vith Wara Wcho Xpeo Xsux Yezi Yiii Zanb
"""
"""ISO 15924 codes of all scripts with letters in Unicode."""
TOGETHER = ("Latn Hani Hira Kana", "Latn Hani Bopo", "Latn Hani Hang")
"""Scripts that are written together: Japanese, Chinese and Korean, each with Latin letters."""
WITH_ALL = ("Zyyy", "Zinh")
"""The scripts Common, and Inherited (from the preceding letter)."""


def is_of_one_script(text: str) -> bool:
    """Whether all letters of the text belong to one script, or to scripts that are written together."""
    return text.isascii() or any(letters.fullmatch(text) for letters in _alphabets())


@cache
def _alphabets() -> "list[regex.Pattern[str]]":
    return [_alphabet(*scripts.split()) for scripts in (*TOGETHER, *SCRIPTS.split())]


def _alphabet(*scripts: str) -> "regex.Pattern[str]":
    """A pattern for texts whose letters all belong to these scripts."""
    import regex  # at first use, see names.py

    classes = "".join(f"\\p{{scx={script}}}" for script in (*scripts, *WITH_ALL))
    return regex.compile(f"[{classes}]*")
