"""Values in messages: one short line whatever was given."""

__all__ = ["one_line"]


def one_line(value: object, longest: int = 60) -> str:
    r"""Return a value as one line of at most `longest` characters, for a message.

    Parameters
    ----------
    value : object
        What a user gave.
    longest : int, default 60
        Characters shown.

    Returns
    -------
    str
        Its representation, cut where it is long.

    Examples
    --------
    >>> one_line("a\nb"), one_line(list(range(100)), 12)
    ("'a\\nb'", '[0, 1, 2,...')
    """
    text = " ".join(repr(value).split())
    return text if len(text) <= longest else text[: longest - 3] + "..."
