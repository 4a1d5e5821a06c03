"""Text as every database, terminal and file takes it."""


def is_unicode(text: str) -> bool:
    """Whether it can be stored: bytes that are not UTF-8 reach us as lone surrogates, from arguments and variables."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
