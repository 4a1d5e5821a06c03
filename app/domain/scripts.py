"""
Which letters may stand in one name: Unicode's UTS 39, "highly restrictive" (docs/decisions/names.md has the reasons).

A character's scripts are those of its Script_Extensions; digits, signs, accents and emoji go with every script.
"""

from functools import cache

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
"""By ISO 15924, all that Unicode has letters of."""
TOGETHER = ("Latn Hani Hira Kana", "Latn Hani Bopo", "Latn Hani Hang")
"""What is written together: Japanese, Chinese, Korean, each with Latin letters."""
WITH_ALL = ("Zyyy", "Zinh")
"""Common, and inherited from the letter before."""


def is_of_one_script(text: str) -> bool:
    """Whether all its letters belong to one script, or to those that one language writes together."""
    return text.isascii() or any(letters.fullmatch(text) for letters in _alphabets())


@cache
def _alphabets() -> list[regex.Pattern[str]]:
    return [_alphabet(*scripts.split()) for scripts in (*TOGETHER, *SCRIPTS.split())]


def _alphabet(*scripts: str) -> regex.Pattern[str]:
    """Any text of letters that these scripts have."""
    classes = "".join(f"\\p{{scx={script}}}" for script in (*scripts, *WITH_ALL))
    return regex.compile(f"[{classes}]*")
