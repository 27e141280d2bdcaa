"""The encoding of a text file: what the user said, what its first bytes announce, or what fits."""

import codecs
import re

from quesnay.fitting.errors import DataError, shown


def decoded(data: bytes, name: str, encoding: str | None) -> str:
    """Return text in the user's encoding, or in the one that is found."""
    if encoding is not None:
        try:
            return data.decode(encoding)
        except (UnicodeError, LookupError) as error:
            raise DataError(
                f"{name}: not in the encoding {encoding!r}; leave encoding= out to have "
                "it found (Chinese files are often 'gb18030')"
            ) from error
    marked = next((code for mark, code in _MARKS if data.startswith(mark)), _two_bytes(data))
    try:
        return data.decode(marked or "utf-8")
    except UnicodeError:
        pass
    if marked:
        raise DataError(f"{name}: not in the encoding {marked!r} that its first bytes announce")
    try:
        text = data.decode(_legacy(data))
    except UnicodeError:
        text = data.decode("latin-1")
    strange = _STRANGE.search(text)
    if strange is not None:
        around = re.split(r"[,;\t\n]", text[: strange.end() + 20][-40:])
        word = next(part for part in around if _STRANGE.search(part))
        raise DataError(
            f"{name}: its encoding is not known (taken for Western, it holds {shown(word)}); "
            "declare it, such as encoding='shift_jis' (or 'euc_kr', 'big5', 'cp1250', 'cp1251')"
        )
    return text


def _two_bytes(data: bytes) -> str | None:
    """Return the UTF-16 of a text without a mark: its digits take two bytes, one of them zero."""
    sample = data[: 1 << 16]
    if 20 * sample.count(0) <= len(sample):
        return None
    return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"


_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HAN = re.compile("[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]")


# What no Western text has: control characters, four letters beyond ASCII in a row, signs in a word.
_STRANGE = re.compile(
    "[\x80-\x9f]|[\u00a1-\u00ff]{4}|(?<=[a-z])[\u00b1\u00b3\u00b9\u00bc-\u00bf](?=[a-z])"
    "|[\u00b3\u00b9][a-z\u00b1\u00b3\u00b9]{2}"
)
_TELLING = 10  # characters; of so many Chinese ones hardly all are in half the table


def _legacy(data: bytes) -> str:
    """Return the older encoding of a text: Chinese where that gives plain Chinese text.

    Pairs of accented letters are rare in Western words, so bytes above 127 that stand alone speak
    for Latin-1, and runs of them that decode into common Han characters for GB 18030: ``öß`` would
    be a rare one. Korean would decode as well, but into the first half of the table only.
    """
    sample = data[: 1 << 20]
    try:
        text = sample.decode("gb18030", errors="strict" if len(data) == len(sample) else "ignore")
    except UnicodeError:
        return "cp1252"
    beyond = sum(ord(letter) > 127 for letter in text)
    alone = len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", sample))
    chinese = len(_HAN.findall(text)) >= 0.9 * beyond and not alone
    leads = b"".join(run[::2] for run in re.findall(rb"[\x80-\xff]{2,}", sample))
    common = len(re.findall(rb"[\xa1-\xa9\xb0-\xd7]", leads)) >= 0.8 * len(leads)
    korean = len(leads) >= _TELLING and 0xB0 <= min(leads) <= max(leads) <= 0xC8
    return "gb18030" if chinese and common and not korean else "cp1252"
