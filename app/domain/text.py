"""Text that every database, terminal and file accepts."""


def is_unicode(text: str) -> bool:
    """
    Whether the text can be encoded, that is, has no lone surrogates.

    Python decodes bytes that are not UTF-8 in command-line arguments and environment variables as lone surrogates.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
