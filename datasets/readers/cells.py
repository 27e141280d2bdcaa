"""What cells say: labels, in the words that offices and people use, and numbers as they write them.

One vocabulary for every layout: totals, output, imports, taxes less subsidies on products, parts of
value added, categories of final demand. English, Chinese, Spanish, Portuguese, French, German,
some Japanese, Korean and others.

A cell of a workbook that is a number is one. Text is a number where it has ASCII digits in a form
that can be read in one way only: ``1,234,567.8``, ``1.234,5``, ``1 234``, ``(12)``. Which mark is
the decimal one is decided for the whole sheet; where ``1,234`` could be either, it is refused
until the user declares it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from quesnay.datasets.readers.containers import Cell, PackedRow, Sheet
from quesnay.fitting.errors import DataError, shown

Role = str  # one of ROLES

ROLES = (
    "sector",
    "imported",  # a product bought abroad, one row a product
    "imports",  # all imports in one row, or the negative column of final demand
    "taxes",  # less subsidies, on products; and trade margins paid abroad
    "value_added",
    "value_added_total",
    "output",
    "total",
    "final_demand",
    "demand_total",
    "memorandum",  # persons, tonnes: beside the table, no money
    "drop",
)

_THING = r"(?:input|inputs|use|uses|usage|demand|consumption|purchases|sales|requirements?)"
_BASIS = (
    r"(?: bp| pp| (?:at|in|\() ?(?:basic|purchasers?|producers?|market|current)\S* ?"
    r"(?:prices?|values?)?\)?)?"
)

_PATTERNS: tuple[tuple[Role, str, str], ...] = (
    # role, axis ("row", "column" or "both"), pattern of the whole tidy label
    (
        "total",
        "both",
        rf"(?:sub|grand )?totals?|_t|sum|all (?:industries|sectors|products)|total"
        rf"(?: of)?(?: all)?(?: industr\w+| sectors?| products?"
        rf"| domestic\w*)?(?: intermediate)? ?{_THING}?{_BASIS}"
        rf"|(?:total )?intermediate {_THING}(?: total)?{_BASIS}|sub ?total.*|total intermediate\w*"
        r"|intermediates?"
        r"|合计|总计|小计|合 计|总 计|中间(?:投入|使用)(?:合计|总计|小计|部分合计)?"
        r"|total (?:general|intermedi\w+|domestic\w*)|(?:consumo|demanda) intermedi\w+(?: total)?"
        r"|合計|総計|小計|計|中間投入計|中間需要計|内生部門計|합계|итого|всего"
        r"|consommations? intermédiaires?|summe|zusammen|insgesamt|gesamt"
        r"|vorleistungen(?: insgesamt)?"
        r"|vorleistungen zu \S+preisen|total (?:de )?(?:consumos?|insumos?|consommations?|usos?"
        r"|empleos|emplois|inputs)\b.*|consumo intermedi\w+ total|totale (?:consumi|impieghi)\b.*"
        r"|(?:totaal|razem|ogółem|toplam|итого|всего|celkem|összesen|yhteensä|sum)(?: .*)?"
        r"|中間(?:投入|需要|使用)合計|내생부문계|중간(?:투입|수요)계"
        r"|zwischensumme|total ciif?|somme|ensemble|sous-?total|suma|soma|totale?s?|subtotale"
        r"|overall|all|(?:row|column|line) (?:totals?|sums?)",
    ),
    ("total", "row", r"tii|ii_fob|r60|ttl_int_fnl|total (?:primary|imports?|taxes) ?\w*"),
    ("total", "column", r"tiu"),
    (
        "output",
        "both",
        rf"(?:total |gross )*(?:domestic )?(?:industry |commodity "
        rf"|product )?outputs?(?: total)?{_BASIS}"
        r"|x|go|output_total|gross_output|total_output|out|gross (?:value of )?production"
        r"|(?:australian|domestic|total|gross) production|总产出|总产值|总投入|总 产 出|总 投 入|ti"
        r"|(?:valor (?:bruto )?(?:da|de la) )?produ(?:ção|cción)(?: bruta"
        r"| total)?(?: (?:a )?precios? b\S+)?"
        r"|producción precios? básicos?|production(?: totale)?|produktionswert"
        r"|valor bruto de (?:la )?producción|国内生産額|生產總值|총(?:투입|산출)(?:계|액)?"
        r"|produ(?:cción|ção) total|valor da produção|produzione(?: totale)?|produksjon"
        r"|produkcja globalna|produktionswert.*|produktion|productie|produc[tţț]ie|produkce|tuotos"
        r"|kibocsátás|toplam çıktı|üretim(?: değeri)?|выпуск|παραγωγή|giá trị sản xuất|總產出"
        r"|總投入|ผลผลิตรวม|إجمالي الإنتاج|תפוקה",
    ),
    ("total", "row", r"inputs?|total_input|inputs? total|total supply"),
    (
        "total",
        "column",
        r"(?:total )?uses?(?: at basic prices)?|total (?:demand|supply)|tu|总需求|总使用|总供给"
        r"|(?:總|总)?(?:需要|需求)(?:總額|总额)"
        r"|総供給|需要合計|總需要|总需要|총(?:수요|공급)계?|gesamte verwendung.*|utilización total"
        r"|demanda total|bruksverdi",
    ),
    (
        "imports",
        "both",
        r"(?:of which:? |less:? |minus |total |use of |intermediate |competing |complementary "
        r"|international |inter-?(?:regional|provincial|state) |foreign "
        r"|competitive |non-?competitive |non-?comparable )*"
        r"import(?:s|ed|ation|ations)?(?: of goods and services| goods services| total| products?.*"
        r"| inputs?| goods.*| uses?"
        r"|,? cif.*| from (?:the )?(?:eu|rest of|other|abroad).*"
        r"|\(cif\)| c\.i\.f\.?| \(-\))?|im|m|进口|进口品|进口品中间投入|进口中间投入"
        r"|中间投入进口|进口产品"
        r"|进口\(-\)|imported (?:intermediate )?\w*|importaciones.*|importaç(?:ão|ões).*"
        r"|importazioni.*|invoer|import total|수입(?:계)?"
        r"|importations.*|einfuhr.*|importe\b.*|(?:\(?控除\)?)?輸入(?:計|合計)?"
        r"|impor(?: .*)?|импорт.*|імпорт.*|внос.*|nhập khẩu.*|tuonti.*|dovoz.*|i\u0307?thalat.*"
        r"|εισαγωγ.*|importuri.*|uvoz.*|importas.*|behozatal.*|innførsel.*|수입(?:액|품).*"
        r"|import (?:av|af|von|w|z|towarów|áru|usług|i alt|summa|ogółem|összesen)\b.*"
        r"|(?:ال)?واردات.*|י?יבוא.*|(?:การ|สินค้า)?นำเข้า.*|आयात.*"
        r"|rest of (?:the )?world|.*流入",
    ),
    (
        "taxes",
        "row",
        r"(?:net )?(?:taxes?|indirect taxes)(?:,? ?\(?(?:less|minus"
        r"|net of) subsidies\)?)? on (?:products?|goods|imports?)\b.*"
        r"|taxes less subsidies on products\b.*|subsidies on (?:products|imports)\b.*"
        r"|net tax(?:es)?(?: on)? products"
        r"|(?:net )?product taxes.*|taxes_on_products|(?:import|customs) (?:duties|duty|tariffs?)"
        r"|tariffs?|value added tax(?:es)?"
        r"|non-?deductible vat|vat|产品税(?:净额)?|进口税|关税|产品税减补贴|d21x31|d21_?m?_?d31"
        r"|txsp|tls|taxsub"
        r"|impuestos (?:netos )?(?:sobre|a) (?:los )?productos.*|derechos de importación"
        r"|(?:net )?indirect taxes on products.*|pajak\b.* produk\b.*|налоги\b.* продукт.*"
        r"|податки\b.* продукт.*|данъци\b.* продукт.*|(?:순)?생산물세.*|관세.*|関税|輸入品商品税"
        r"|貨物稅.*|產品稅.*|關稅|進口稅.*|produkts?katte.*|produktsubsidie.*|(?:neto)?tootemaksud.*"
        r"|(?:saldo )?productgebonden belastingen.*|tuoteverot.*|podatki od produktów.*"
        r"|(?:čisté )?daně z produktů.*|ürün\w* .*vergi.*|imposte\b.* sui prodotti.*|iva\b.*"
        r"|thuế sản phẩm.*|φόροι\b.*προϊόντων.*|termékadók.*|impozite\b.* pe produs.*"
        r"|(?:neto )?porezi?\b.* na proizvode.*|davki\b.* na proizvode.*|produktu nodokļi.*"
        r"|ضرائب.*المنتجات.*"
        r"|imp(?:uestos)?\. (?:netos )?(?:sobre|a).*"
        r"|impostos (?:líquidos.*|sobre produtos.*)|impôts (?:nets )?sur les produits.*"
        r"|gütersteuern.*"
        r"|(?:international )?(?:transport|trade)(?: and transport)? margins?(?: .*)?"
        r"|cif/? ?fob adjustments?.*"
        r"|direct purchases abroad.*|purchases on the domestic territory.*"
        r"|purchases by non-?residents.*",
    ),
    (
        "value_added_total",
        "row",
        r"(?:(?:total |gross )*value[ _-]?added|gva|gdp|gross domestic product)(?: total)?"
        r"(?: \(?gross\)?)?(?: bp|,? \(?(?:at|in) (?:current )?(?:basic|factor|market|producers?'?"
        r"|purchasers?'?) (?:prices?|costs?)\)?)?"
        r"|tva|增加值|增加值合计|增加值小计|增 加 值|增加值 合计|国内生产总值"
        r"|valor a[gd](?:re)?g\w+(?: bruto)?(?: a .*)?(?: \( ?pib ?\))?|valeur ajoutée.*"
        r"|valor a(?:ñadido|dicionado).*|valore aggiunto.*|(?:bruto )?toegevoegde waarde.*"
        r"|bruttoprodukt"
        r"|wartość dodana.*|(?:brutto)?förädlingsvärde|brutto?værditilvækst|arvonlisäys.*"
        r"|(?:hrubá )?přidaná hodnota|(?:bruttó )?hozzáadott érték|(?:gayrisafi )?katma değer"
        r"|nilai tambah(?: bruto)?"
        r"|valoarea? adăugată.*|valoarea? adaugata.*|(?:валовая )?добавленная стоимость"
        r"|(?:ακαθάριστη )?προστιθέμενη αξία|giá trị tăng thêm|القيمة المضافة|ערך מוסף|มูลค่าเพิ่ม"
        r"|附加價值|부가가치계?|bruttowertschöpfung|total primary inputs?|粗付加価値(?:部門)?計?",
    ),
    (
        "value_added",
        "row",
        r"wages?(?: and salaries)?|salar(?:y|ies)|labou?r|compensation(?: of employees)?.*"
        r"|(?:gross |net )?operating surplus.*"
        r"|surplus|profits?|mixed income|capital|depreciation|consumption of fixed capital"
        r"|(?:net |other )?(?:taxes?|subsidies)"
        r"(?: less subsidies)? on production.*|other taxes.*|net production taxes"
        r"|labour_compensation|gross_operating_surplus"
        r"|劳动者报酬|生产税净额|固定资产折旧|营业盈余|雇用者所得|営業余剰|remuneraci\w+.*|remuneraç\w+.*|excedente.*"
        r"|arbeitnehmerentgelt.*|rémunération.*|excédent.*|redditi da lavoro.*|risultato.*gestione"
        r"|受僱人員報酬|營業盈餘|피용자보수|영업잉여"
        r"|impuestos netos sobre la producción",
    ),
    (
        "memorandum",
        "row",
        r"emp(?:-\w+)?|(?:total )?employment(?:,? (?:total|domestic|in|\()\b.*)?|jobs"
        r"|(?:wages? and salary earners|self-?employed|persons employed)(?: persons)?(?: \(.*\))?"
        r"|number of (?:employees|persons|jobs|workers|enterprises|establishments|firms)\b.*"
        r"|(?:full-?time equivalents?|fte|persons (?:employed|engaged)|head ?count|workers)\b.*"
        r"|employees(?!.*compensation)(?:,.*| \(.*\))?"
        r"|hours worked.*|(?:(?:total |resident )?population|capital stock)(?: \(.*\))?"
        r"|(?:energy|water|land|electricity)\b.* \((?:[kmgtp]?(?:j|wh|toe)|m3|m³|ha|km2|hectares)\)"
        r"|(?:total )?(?:co2|ch4|n2o|ghg|carbon dioxide|methane|nitrous oxide"
        r"|greenhouse gas(?:es)?)(?: emissions?)?(?: \(.*\))?|emissions\b.*"
        r"|就业人数|从业人员(?:数|人数)?|.*排放量?",
    ),
    (
        "demand_total",
        "column",
        r"(?:total )?final(?: (?:uses?|demand|consumption total))?(?: total)?|total final(?: (?:use"
        r"|uses|demand|consumption|expenditure).*)?"
        r"|tfu|tc|thc|gcf|最终使用(?:合计)?|最终消费(?:合计|支出合计)?|居民消费(?:合计|支出合计"
        r"|小计)|资本形成(?:总额)?合计|资本形成总额"
        r"|最终使用 ?合计|total (?:consumption|investment|gross capital formation"
        r"|capital formation|exports)"
        r"|final uses \(.*\)|(?:total )?demanda final(?: total)?|total (?:empleos|emplois) finals?"
        r"|(?:letzte|endg\w+) verwendung.*|totale impieghi finali|totaal finale.*|最終需要(?:合)?計"
        r"|최종수요계?|popyt końcowy",
    ),
    (
        "final_demand",
        "column",
        r".*\b(?:consumption|households?|private|government|public|investment|capital formation"
        r"|stocks?|inventor\w+"
        r"|exports?|npish|expenditures?|final_demand|final demand)\b.*|cons|ex|err|fd|f|c|g|i|e"
        r"|.*(?:消费|出口|资本形成|存货|支出|流出|最終需要|輸出|固定資本形成).*",
    ),
    (
        "total",  # whatever else begins so: it is checked against the sums there are
        "both",
        r"(?:total|totaal|totale|summa|suma|zużycie pośrednie|toplam|σύνολο|tổng|إجمالي|סך)\b.*"
        r"|รวม.*|vorleistungen\b.*|.*合計|.*\b(?:i alt|yhteensä|celkem|összesen|gesamt|insgesamt"
        r"|toplam[ıi]?|ogółem)",
    ),
)
_COMPILED = tuple((role, axis, re.compile(pattern)) for role, axis, pattern in _PATTERNS)
_FOOTNOTE = re.compile(
    r"\s*(?:\[\w+\]|/\d+/|\((?:\d+|[a-z])\)|(?<=\s)\d\)|[\u00b9\u00b2\u00b3\u2070-\u2079]+)\s*$"
)


def tidy(text: str) -> str:
    """Return a label in lower case, on one line, without footnote marks, dashes and colons."""
    text = _FOOTNOTE.sub("", " ".join(text.split())).lower().strip(" :*.-–—")
    text = text.replace("’", "'").replace("（", "(").replace("）", ")")
    han = re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", text)
    return han if any("\u4e00" <= letter <= "\u9fff" for letter in han) else text


def role_of(text: str, axis: str) -> Role | None:
    """Return what the label of a "row" or "column" means, or None where it is no known word.

    >>> role_of("Total output", "column"), role_of("进口", "row"), role_of("Farming", "row")
    ('output', 'imports', None)
    """
    words = tidy(text)
    spaced = words.replace("_", " ")
    for role, where, pattern in _COMPILED:
        if where in {axis, "both"} and (pattern.fullmatch(words) or pattern.fullmatch(spaced)):
            return role
    return None


_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_MARKED = re.compile(r"[+-]?[0-9][0-9.,' \u00a0\u202f\u2009]*[0-9]")
_SPACES = re.compile("[ \u00a0\u202f\u2009]")
# Hyphens, dashes and the minus sign; before a number also Japanese triangles, but the long dash,
# which stands for nothing there; then the apostrophe and the space that typesetters put.
DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"))
_MINUS = DASHES | str.maketrans("\u25b3\u25b2\u2014\u2019\u2007", "--\u2014' ")
_APART = re.compile(r"([+-])[ \u00a0\u202f]+(?=[0-9])")  # "- 12"
_SEPARATORS = ("", ",", ".", " ", "'")


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How the numbers of one sheet are written.

    Parameters
    ----------
    decimal : str
        "." or ",".
    thousands : str
        "", ",", ".", " " or "'".
    zeros : frozenset of str
        What stands for zero: "" where the user said so, "..." in tables of the BEA.
    """

    decimal: str = "."
    thousands: str = ""
    zeros: frozenset[str] = frozenset()


def to_number(cell: Cell, style: NumberStyle) -> float | None:
    """Return a cell as a number, or None where it is none.

    >>> european = NumberStyle(decimal=",", thousands=".")
    >>> to_number("1.234,5", european), to_number("(12)", european), to_number("1_0", european)
    (1234.5, -12.0, None)
    """
    if isinstance(cell, float):
        return cell
    text = cell.strip().translate(_MINUS)
    if text in style.zeros:
        return 0.0
    text = _APART.sub(r"\1", text)
    if len(text) > 400:
        return None
    if text.startswith("(") and text.endswith(")") and _MARKED.fullmatch(text[1:-1] + "0"):
        text = f"-{text[1:-1]}"
    if style.thousands and style.thousands in _SPACES.sub(" ", text):
        text = _without_thousands(text, style)
    if style.decimal == ",":
        text = text.replace(".", "x").replace(",", ".")
    if not _PLAIN.fullmatch(text):
        return None
    value = float(text)
    return value if abs(value) < 1e100 else None


def _without_thousands(text: str, style: NumberStyle) -> str:
    text = _SPACES.sub(" ", text) if style.thousands == " " else text
    whole, mark, rest = text.partition(style.decimal)
    groups = whole.lstrip("+-").split(style.thousands)
    regular = len(groups[0]) in {1, 2, 3} and all(len(group) == 3 for group in groups[1:])
    return whole.replace(style.thousands, "") + mark + rest if regular else "x"


def number_style(
    sheet: Sheet,
    corner: tuple[int, int],
    *,
    decimal: str | None = None,
    thousands: str | None = None,
    zeros: frozenset[str] = frozenset(),
) -> NumberStyle:
    """Find how a sheet writes its numbers, which stand from the row and column of `corner` on.

    `decimal` and `thousands` are what the user declared, `zeros` is what stands for zero. A cell
    that can be read in two ways is refused where nothing was declared.
    """
    if decimal not in {None, ".", ","}:
        raise DataError(f"decimal {shown(decimal)} is unknown; expected '.' or ','")
    if thousands is not None and thousands not in _SEPARATORS:
        raise DataError(f"thousands {shown(thousands)} is unknown; expected ',', '.', ' ' or \"'\"")
    if decimal is not None or thousands is not None:
        mark = decimal or ("," if thousands == "." else ".")
        if thousands == mark:
            raise DataError(f"decimal and thousands are both {mark!r}; they must differ")
        return NumberStyle(mark, thousands or "", zeros)
    return _style_of(sheet, corner, zeros)


def _style_of(sheet: Sheet, corner: tuple[int, int], zeros: frozenset[str]) -> NumberStyle:
    marked = list(_marked(sheet, *corner))
    if not marked:
        return NumberStyle(zeros=zeros)
    comma = any(_is_decimal(text, ",") for text in marked)
    dot = any(_is_decimal(text, ".") for text in marked)
    if comma and not dot:
        dotted = any("." in text for text in marked)
        spaced = any(_SPACES.search(text) for text in marked)
        return NumberStyle(",", "." if dotted else " " if spaced else "", zeros)
    if comma and dot:
        return NumberStyle(zeros=zeros)  # contradictory: what is no number is named later
    for mark in (",", "'", " "):
        grouped = [text for text in marked if (_SPACES.sub(" ", text)).count(mark)]
        if not grouped:
            continue
        several = any(_SPACES.sub(" ", text).count(mark) > 1 for text in grouped)
        if mark == " " and len(grouped) < 2 and not several:
            continue
        if mark == "," and sheet.delimiter in {";", "\t"} and not (several or dot):
            raise _ambiguous(sheet, grouped[0], ",")
        return NumberStyle(".", mark, zeros)
    if any(text.count(".") > 1 for text in marked):
        return NumberStyle(",", ".", zeros)
    pointed = next((text for text in marked if "." in text), None)
    if pointed and sheet.delimiter != "," and not dot and not _typed(sheet, *corner):
        raise _ambiguous(sheet, pointed, ".")
    return NumberStyle(zeros=zeros)


def _typed(sheet: Sheet, first: int, column: int) -> bool:
    """Tell a sheet that holds numbers as numbers, so that its texts are exceptions."""
    return any(
        isinstance(cell, float)
        for row in sheet.rows[first:]
        if not isinstance(row, PackedRow)
        for cell in row[column:]
    )


def _ambiguous(sheet: Sheet, text: str, mark: str) -> DataError:
    """Say that a mark may stand before decimals or between thousands."""
    whole, parted = text.replace(mark, ""), text.replace(mark, ".")
    return DataError(
        f"{sheet.title}: {text!r} may be {whole} or {parted}; declare it: decimal={mark!r} or "
        f"thousands={mark!r}"
    )


def _marked(sheet: Sheet, first: int, column: int) -> Iterable[str]:
    """Yield the texts that may be numbers with marks in them."""
    for row in sheet.rows[first:]:
        if isinstance(row, PackedRow):
            continue
        for cell in row[column:]:
            if isinstance(cell, str) and cell:
                text = _APART.sub(r"\1", cell.strip().strip("()").translate(_MINUS))
                if len(text) < 40 and _MARKED.fullmatch(text) and not text.isdigit():
                    yield text.lstrip("+-")


def _is_decimal(text: str, mark: str) -> bool:
    """Tell a mark that can only be the decimal one: `12,5`, `0,123`, `1.234,567`."""
    other = "." if mark == "," else ","
    if text.count(mark) != 1 or (other in text and text.rfind(other) > text.rfind(mark)):
        return False
    whole, _, rest = text.partition(mark)
    if other in whole or _SPACES.search(whole):
        return True
    return len(rest) != 3 or len(whole) > 3 or whole.startswith("0")
