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
    marked = next((code for mark, code in _MARKS if data.startswith(mark)), None)
    escaped = (code for sign, code in _ESCAPES if sign in data)  # letters by escapes, all ASCII
    marked = marked or next(escaped, None) or _two_bytes(data)
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
    strange = next((found for sign in _strange(text) if (found := sign.search(text))), None)
    if strange is not None:
        around = text[max(strange.start() - 20, 0) : strange.start()], text[strange.end() :][:20]
        start, stop = (re.split(r"[,;\t\n]", part) for part in around)
        raise DataError(
            f"{name}: its encoding is not known (taken for Western, it holds "
            f"{shown(start[-1] + strange.group() + stop[0])}); declare it, such as encoding="
            "'shift_jis' (or 'euc_jp', 'euc_kr', 'big5', 'gb18030', 'cp1250', 'cp1251', 'cp1254', "
            "'cp1257'; 'cp1252' if Western is right)"
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
_PUNCTUATION = re.compile("[\u2000-\u203f\u3000-\u303f\uff00-\uffef]")
_ESCAPES = ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp_ext"))
# What no Western text has: control characters, many letters beyond ASCII in a row or two apart from
# any other, signs in a word; and what letters of Turkish, Polish, Czech, Hungarian, Romanian and of
# older Western encodings turn into.
_STRANGE = re.compile(
    "[\x80-\x9f]|[\u00a1-\u00ff]{4}|(?<![A-Za-z\u00a1-\u00ff])[\u00a1-\u00ff]{2,}(?![A-Za-z])"
    "|(?<=[a-z\u00df-\u00ff])[\u00a1-\u00a9\u00ac\u00ae-\u00b1\u00b3\u00b5\u00b6\u00b8\u00b9\u00bb-\u00bf](?=[a-z])"
    "|[\u00b3\u00b9][a-z\u00b1\u00b3\u00b9]{2}|(?<=[a-z])[\u00a1\u00bf]|[\u0153\u00e6](?=[\u0153\u00e6\u00b6])"
    "|[\u00ec\u00f9\u00e3](?=[b-df-hj-mp-rt-z\u0161\u017e\u00e7\u00f8])"
    "|[\u00aa\u00ba\u00a6\u00b7](?=[A-Z\u00c0-\u00ff])"
    "|(?<=[a-z])[\u017d\u0160\u0152\u0178\u201a\u201e\u0192\u02c6\u2030]"
    "|(?<=[A-Za-z])[\u201c\u201d](?=[a-z\u00c0-\u00ff])|\u2122(?=[a-z])"
    "|[\u0192\u02c6\u2030\u2039\u2022\u02dc\u2122](?=[^\\x00-\\x7f])"
    "|(?i:\u00f1(?![aeiou\u00e1\u00e9\u00ed\u00f3\u00fa]))|(?i:\u00f5(?![a-z\u00e4\u00f5\u00f6\u00fc]))"
    "|\u0153(?!c[ou]|no|[adeiostu\u00e9])|\u0152(?=[bf-hj-mp-rvwz])|[\u00a5\u00a6\u00a9\u00af\u00b6](?=[a-z])"
    "|(?<![\\w.])[\u00aa\u00ba](?=[a-z])"
    "|\u00a3(?=[aeiou\u00f3AEIOU\u00d3\u00b1\u00b9])|(?<=[A-Z]{4})\u00a3|(?<=[a-z]{2})[\u00b1\u00b6\u00bc\u00be]"
)
# Letters that a Western text has only beside others of the same language, or only where those of
# another are missing: letters of the other languages named here turn into them.
_UNLESS = tuple(
    (re.compile(f"(?i){sign}"), re.compile(f"(?i){beside}"))
    for sign, beside in (
        ("[ðýþ]", "[áæéíóú]"),  # Icelandic, else Turkish
        ("æ", "[åðôöøþ]"),  # Nordic, else c with acute
        ("â|(?<!for)ê(?!ch)", "[àáãçèéíôõ]"),  # French, Portuguese, else Latvian, Polish
        ("[îû]", "[àèéô]|ç(?=[aou])"),  # French, else Latvian
        ("è(?=[a-z])", "[àçéêíïòóùú]"),  # Romance, else c with caron
        ("(?<=[a-z])ã(?![a-z])", "[áçéêíóõú]|ã[eo]"),  # Portuguese, else Romanian
        ("(?<=[b-df-hj-np-tv-z])ë", "ç"),  # Albanian, else Lithuanian
        ("(?<=[a-ln-z])³", "²"),  # a footnote, else Polish; cubic metres are neither
    )
)
_IF = tuple(
    (re.compile(f"(?i){sign}"), re.compile(f"(?i){beside}"))
    for sign, beside in (
        ("ø", "[áíóú]"),  # no Danish, but Czech
        ("õ(?!e)", "[áéíóú]"),  # no Estonian, but Hungarian
        ("û", "[áíóöúü]"),  # no French, but Hungarian
        ("[èìïòù]", "[áý]"),  # no French, Italian, Catalan, but Czech, Slovak
    )
)
# Letters of Chinese tables; of other languages, taken for Chinese, hardly one in three is of them.
_COMMON = frozenset(
    "农林牧渔业产品和服务煤炭采选石油天然气开金属矿非其他食烟草纺织装鞋帽皮革羽绒及制木材加工家具"
    "造纸印刷文教体育用炼焦核燃料化学冶压延通专设备交运输电机械器信计算子仪表办公废弃资源回收修理"
    "力热的生供应水建筑批发零售仓储邮政住宿餐饮软技术融房地租赁商研究试验综合环境利施管居民会卫保"
    "障社福娱乐组投入出中间使总最终消费支固定本形成存货增进口劳动者报酬税净额折旧营盈余值价格万元"
    "亿年部门省市区内外国际项目行第一二三单位统局数据来源注不在有方法说明府村城镇高大小新轻重色黑"
)


def _strange(text: str) -> list[re.Pattern[str]]:
    """Return the signs by which a Western text is none."""
    alone = [sign for sign, beside in _UNLESS if not beside.search(text)]
    return [_STRANGE, *alone, *(sign for sign, beside in _IF if beside.search(text))]


def _legacy(data: bytes) -> str:
    """Return the older encoding of a text: GB 18030 where that gives plain Chinese, else Western.

    Most letters of a Chinese table are common ones; Japanese and Korean decode as well, but into
    rare ones. What is wholly Korean if read so must be the more common as Chinese.
    """
    sample = data[: 1 << 20]
    try:
        text = sample.decode("gb18030", errors="strict" if len(data) == len(sample) else "ignore")
    except UnicodeError:
        return "cp1252"
    letters = [letter for letter in text if ord(letter) > 127]
    leads = b"".join(run[::2] for run in re.findall(rb"[\x80-\xff]{2,}", sample))
    korean = all(0xB0 <= lead <= 0xC8 for lead in leads)
    han = [letter for letter in letters if not _PUNCTUATION.match(letter)]
    known = sum(letter in _COMMON for letter in han)
    return "gb18030" if known > (0.7 if korean else 0.5) * len(han) else "cp1252"
