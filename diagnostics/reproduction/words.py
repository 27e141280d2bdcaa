"""The sentences of the main job in other languages: template -> template with the same fields."""

import re

__all__ = ["CHINESE", "say"]

CHINESE: dict[str, str] = {}


def say(template: str, lang: str = "en", **values: object) -> str:
    """Fill a template in a language; what has no translation stays English.

    Examples
    --------
    >>> say("{a:.1f} of {b}", a=1.0, b="two")
    '1.0 of two'
    """
    text = CHINESE.get(template, template) if lang == "zh" else template
    filled = text.format(**values) if values else text
    return _PERCENT.sub(" %", filled)


_PERCENT = re.compile(r"(?<=\d)%")
