"""Concordances of industries: whole links, links that need weights, and a check of what is lost.

What is embedded follows from the structures and definitions of the classifications alone. Where a
code falls into several of the other classification no weights are published with them, so such a
link has none until the user gives it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from quesnay.datasets.embedded import load_concordance
from quesnay.datasets.store import fetch
from quesnay.fitting.checks import choice, is_number
from quesnay.fitting.errors import DataError, shown, suggestion
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.table import InputOutputTable

_GAP = 1e-6
_KEYS = ["source", "target"]
_DETAILS = (139, 149, 153)


@dataclass(frozen=True, slots=True, eq=False)
class ConcordanceCheck(Tabular):
    """Whether a concordance loses or doubles anything.

    Parameters
    ----------
    ok : bool
        Every code has weights that add up to one.
    unmapped : tuple of str
        Codes without any link.
    unweighted : tuple of str
        Codes whose links have no weights yet.
    sums : Series
        Code -> sum of its weights.
    lost : float
        With data: what of their total is missing after they are mapped, NaN without data.
    """

    ok: bool
    unmapped: tuple[str, ...]
    unweighted: tuple[str, ...]
    sums: "pd.Series[float]"
    lost: float

    def tables(self) -> tuple[Table, ...]:
        """Return what is wrong, code by code."""
        rows = dict.fromkeys(self.unmapped, "no link: give it one by with_weights")
        rows |= dict.fromkeys(self.unweighted, "needs weights: give them by with_weights")
        odd = self.sums[(self.sums - 1).abs() > _GAP]
        rows |= {str(k): f"weights add up to {v:.6g}" for k, v in odd.items() if k not in rows}
        frame = pd.DataFrame({"problem": rows}, dtype=object).rename_axis("code")
        note = f"{len(self.sums):,} codes, {len(rows):,} with a problem."
        lost = "" if np.isnan(self.lost) else f" Lost of the data: {self.lost:.6g}."
        return (Table("Check of the concordance", frame, (note + lost,)),)


@dataclass(frozen=True, slots=True, eq=False)
class Concordance(Tabular):
    """Which code of one classification goes where in another, and with what share.

    Parameters
    ----------
    source, target : str
        Names of the classifications.
    links : DataFrame
        source, target (codes), weight (share of the source; NaN: for the user to give), basis.
    codes : tuple of str
        Every code of the source classification, linked or not.

    Examples
    --------
    >>> import pandas as pd
    >>> to = concordance("isic4", "isic4_sections")
    >>> to.apply(pd.Series({"26": 3.0, "27": 2.0, "62": 4.0})).to_dict()
    {'C': 5.0, 'J': 4.0}
    """

    source: str
    target: str
    links: pd.DataFrame
    codes: tuple[str, ...]

    @property
    def matrix(self) -> pd.DataFrame:
        """Shares, source codes by target codes; NaN where a weight is for the user to give."""
        wide = self.links.pivot(index="source", columns="target", values="weight")
        open_ = self.links.assign(weight=self.links["weight"].isna()).pivot(
            index="source", columns="target", values="weight"
        )
        return wide.fillna(0.0).mask(open_.eq(True))

    def check(self, data: Any = None) -> ConcordanceCheck:
        """Say which codes have no link or no weights, and what of data would be lost.

        Parameters
        ----------
        data : Series, DataFrame or InputOutputTable, optional
            Only the codes that occur in it are checked, and its total is held against the mapped
            one.

        Returns
        -------
        ConcordanceCheck

        Examples
        --------
        >>> concordance("csic2017", "isic4_sections").check().unmapped
        ('76', '79', '91', '93', '96')
        """
        frame = None if data is None else _values(data)
        codes = self.codes if frame is None else tuple(frame.index)
        if frame is not None:
            self._known(list(codes))
        known = set(self.links["source"])
        unmapped = tuple(code for code in codes if code not in known)
        mine = self.links[self.links["source"].isin(codes)]
        without = set(mine.loc[mine["weight"].isna(), "source"])
        unweighted = tuple(code for code in codes if code in without)
        sums = mine.groupby("source", sort=False)["weight"].sum().reindex(list(codes)).fillna(0.0)
        lost = np.nan
        if frame is not None:
            kept = frame.mul(sums.to_numpy(), axis=0)
            lost = float((frame - kept).to_numpy().sum())
        ok = not unmapped and not unweighted and bool(((sums - 1).abs() <= _GAP).all())
        return ConcordanceCheck(ok, unmapped, unweighted, sums, lost)

    def with_weights(self, weights: Mapping[str, Mapping[str, float]]) -> "Concordance":
        """Return the concordance with shares for codes that fall into several of the target.

        Parameters
        ----------
        weights : mapping
            ``{"70": {"F": 0.45, "L": 0.55}}``; the shares of a code add up to 1. They replace all
            links of that code, and may link a code that has none.

        Raises
        ------
        DataError
            If a code is unknown, or shares are negative or do not add up to 1.

        Examples
        --------
        >>> to = concordance("csic2017", "isic4_sections").with_weights({"70": {"F": .4, "L": .6}})
        >>> to.matrix.loc["70", ["F", "L"]].tolist()
        [0.4, 0.6]
        """
        if not isinstance(weights, Mapping) or not weights:
            raise DataError(f"weights: expected {{code: {{code: share}}}}, got {shown(weights)}")
        rows = []
        targets = _codes_of(self.target) or set(self.links["target"])
        for code, shares in weights.items():
            self._known([code])
            _check_shares(code, shares, targets)
            rows += [(code, to, float(share), "given by the user") for to, share in shares.items()]
        kept = self.links[~self.links["source"].isin(list(weights))]
        new = pd.DataFrame(rows, columns=list(self.links.columns))
        links = pd.concat([kept, new], ignore_index=True) if len(kept) else new
        return replace(self, links=links)

    def then(self, other: "Concordance") -> "Concordance":
        """Return the concordance that goes on from this one's target by another.

        Examples
        --------
        >>> fine = concordance("nbs153", "nbs42").then(concordance("nbs42", "csic2017_sections"))
        >>> fine.check().ok, fine.target
        (True, 'csic2017_sections')
        """
        if not isinstance(other, Concordance):
            raise DataError(f"then: expected a Concordance, got {shown(other)}")
        if other.source != self.target:
            raise DataError(f"then: {other.source!r} does not start where {self.target!r} ends")
        both = self.links.merge(other.links, left_on="target", right_on="source", how="inner")
        both["weight"] = both["weight_x"] * both["weight_y"]
        both["basis"] = both["basis_x"] + "; " + both["basis_y"]
        both = both.rename(columns={"source_x": "source", "target_y": "target"})
        joined = both.groupby(_KEYS, sort=False, as_index=False).agg(
            weight=("weight", lambda values: values.sum(skipna=False)), basis=("basis", "first")
        )
        return Concordance(self.source, other.target, joined, self.codes)

    def reversed(self) -> "Concordance":
        """Return the way back; a code that came from several needs weights to be split again."""
        links = self.links[["target", "source", "weight", "basis"]]
        links = links.set_axis(["source", "target", "weight", "basis"], axis=1)
        single = ~links["source"].duplicated(keep=False)
        weights = np.where(single, 1.0, np.nan)
        codes = tuple(dict.fromkeys(links["source"]))
        return Concordance(self.target, self.source, links.assign(weight=weights), codes)

    def apply(self, data: Any) -> Any:
        """Bring amounts from the source to the target classification; every total stays.

        Parameters
        ----------
        data : Series, DataFrame or InputOutputTable
            Amounts that may be added up (no indices, shares or prices); the index holds codes of
            the source, as text. Of a frame all columns are mapped; of a table all blocks.

        Returns
        -------
        Series, DataFrame or InputOutputTable
            By codes of the target that get something, in order.

        Raises
        ------
        DataError
            If a code is unknown, stands twice, has no link, or has links without weights, or a
            value is missing: nothing is lost silently.

        Examples
        --------
        >>> import quesnay as qn
        >>> table = qn.load_io("CHN", 2018)
        >>> broad = concordance("nbs42", "csic2017_sections").apply(table)
        >>> len(broad.sectors), abs(float(broad.v.sum() - table.v.sum())) < 1e-6
        (19, True)
        """
        table = isinstance(data, InputOutputTable)
        codes = list(data.sectors) if table else list(_values(data).index)
        self._known(codes)
        self._complete(codes)
        shares = self.matrix.loc[codes]
        shares = shares.loc[:, (shares != 0).any()].sort_index(axis=1)
        if table:
            return data.aggregate(shares)
        values = _values(data)
        mapped = shares.to_numpy().T @ values.to_numpy(dtype=float)
        frame = pd.DataFrame(mapped, index=list(shares.columns), columns=values.columns)
        if not isinstance(data, pd.Series):
            return frame
        only = frame.iloc[:, 0]
        only.name = data.name
        return only

    def _known(self, codes: list[Any]) -> None:
        every = set(self.codes)
        for code in codes:
            if code not in every:
                hint = suggestion(str(code), self.codes)
                raise DataError(f"{shown(code)} is no code of {self.source};{hint}")

    def _complete(self, codes: list[Any]) -> None:
        known = set(self.links["source"])
        for code in codes:
            if code not in known:
                raise DataError(
                    f"{self.source} {code!r} has no link to {self.target}: say where it goes, "
                    f"with_weights({{{code!r}: {{code: share}}}})"
                )
            mine = self.links[self.links["source"] == code]
            if mine["weight"].isna().any():
                to = ", ".join(f"{name!r}: …" for name in mine["target"])
                raise DataError(
                    f"{self.source} {code!r} falls into {len(mine)} of {self.target}, and no "
                    f"weights are published: pass with_weights({{{code!r}: {{{to}}}}})"
                )
            if abs(mine["weight"].sum() - 1) > _GAP:
                total = mine["weight"].sum()
                raise DataError(
                    f"{self.source} {code!r}: its weights add up to {total:.6g}, not 1: "
                    f"pass with_weights({{{code!r}: {{code: share}}}})"
                )

    def tables(self) -> tuple[Table, ...]:
        """Return the links, with what is missing."""
        found = self.check()
        notes = [f"{len(self.codes):,} codes of {self.source}, {len(self.links):,} links."]
        if found.unmapped:
            notes.append(f"Without a link: {', '.join(found.unmapped)}.")
        if found.unweighted:
            notes.append(f"For the user to weight: {', '.join(found.unweighted)}.")
        title = f"Concordance of {self.source} to {self.target}"
        return (Table(title, self.links, tuple(notes)),)


def concordance(source: str, target: str) -> Concordance:
    """Return the concordance between two classifications of industries.

    Parameters
    ----------
    source, target : str
        "isic4" and "nace2" (divisions), "isic4_sections", "nace2_sections", "oecd45" (industries
        of the embedded OECD tables), "naics2017" (sectors of two digits), "csic2017" (divisions of
        GB/T 4754-2017), "csic2017_sections" (19 of them are the broad sectors of China's tables),
        "nbs42", "nbs139", "nbs149", "nbs153" (products of China's tables). Where no direct links
        are embedded the shortest way over others is taken.

    Returns
    -------
    Concordance
        ``.apply(data)``, ``.check()``, ``.with_weights(…)``, ``.links``.

    Raises
    ------
    DataError
        If a classification is unknown or no way leads from one to the other.

    Notes
    -----
    ISIC Rev. 4 and NACE Rev. 2 are the same down to divisions. Links of NAICS and CSIC to sections
    of ISIC are derived from the definitions; each link of a code that falls into several names an
    example in ``links["basis"]`` and has no weight. Small classes inside a whole link may lie
    elsewhere.

    Examples
    --------
    >>> concordance("isic4", "nace2").check().ok
    True
    >>> concordance("naics2017", "isic4_sections").check().unweighted
    ('22', '51', '53', '54', '55', '56', '71', '81', '92')
    """
    direct = _direct()
    names = sorted({name for pair in direct for name in pair})
    choice(source, names, "classification")
    choice(target, names, "classification")
    ways = {source: [source]}
    waiting = [source]
    while waiting and target not in ways:
        here = waiting.pop(0)
        for start, end in (*direct, *((end, start) for start, end in direct)):
            if start == here and end not in ways:
                ways[end] = [*ways[here], end]
                waiting.append(end)
    if target not in ways or source == target:
        why = "they are the same" if source == target else "no way leads there"
        raise DataError(f"no concordance of {source} to {target}: {why}")
    steps = [_step(*pair) for pair in zip(ways[target], ways[target][1:], strict=False)]
    found = steps[0]
    for step in steps[1:]:
        found = found.then(step)
    return found


def _direct() -> list[tuple[str, str]]:
    """Return the pairs that are embedded."""
    pairs = fetch("concordances")[_KEYS].drop_duplicates().itertuples(index=False)
    return [*((str(a), str(b)) for a, b in pairs), *((f"nbs{d}", "nbs42") for d in _DETAILS)]


def _step(source: str, target: str) -> Concordance:
    if (source, target) not in _direct():
        return _step(target, source).reversed()
    if target == "nbs42":
        official = load_concordance(int(source.removeprefix("nbs")))
        links = pd.DataFrame({"source": official.index, "target": official.to_numpy()})
        links = links.assign(weight=1.0, basis="official list of the table")
        return Concordance(source, target, links, tuple(links["source"]))
    every = fetch("concordances")
    mine = every[(every["source"] == source) & (every["target"] == target)]
    links = mine[["source_code", "target_code", "weight", "basis"]].reset_index(drop=True)
    links = links.set_axis(["source", "target", "weight", "basis"], axis=1)
    codes = sorted(_codes_of(source) | set(links["source"]))
    return Concordance(source, target, links, tuple(codes))


def _codes_of(name: str) -> set[str]:
    """Return every code of a classification whose list is embedded."""
    every = fetch("classifications")
    return set(every.loc[every["classification"] == name.replace("nace2", "isic4"), "code"])


def _check_shares(code: str, shares: Any, targets: set[str]) -> None:
    if not isinstance(shares, Mapping) or not shares:
        raise DataError(f"weights of {code!r}: expected {{code: share}}, got {shown(shares)}")
    for to, share in shares.items():
        if to not in targets:
            hint = suggestion(str(to), sorted(targets))
            raise DataError(f"weights of {code!r}: {shown(to)} is no code of the target;{hint}")
        if not is_number(share) or share < 0:
            raise DataError(f"weights of {code!r}: {shown(share)} is no share of at least 0")
    if abs(sum(shares.values()) - 1) > _GAP:
        total = sum(shares.values())
        raise DataError(f"weights of {code!r} add up to {total:.6g}, not 1")


def _values(data: Any) -> pd.DataFrame:
    """Return amounts by code as a frame, refusing what would be lost."""
    if isinstance(data, InputOutputTable):
        return data.x.to_frame()
    frame = data.to_frame() if isinstance(data, pd.Series) else data
    if not isinstance(frame, pd.DataFrame):
        kind = type(data).__name__
        raise DataError(f"data: expected a Series, DataFrame or InputOutputTable, got {kind}")
    if not frame.index.is_unique:
        twice = frame.index[frame.index.duplicated()][0]
        raise DataError(f"data: code {shown(twice)} stands twice; add the rows up first")
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise DataError(f"data: column {shown(twice)} stands twice; name each column once")
    for name in frame.columns:
        dtype = frame[name].dtype
        if not pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_complex_dtype(dtype):
            raise DataError(f"data: column {name!r} holds no numbers; leave it out")
        if frame[name].isna().any():
            code = frame.index[frame[name].isna()][0]
            raise DataError(f"data: the value of {shown(code)} in column {name!r} is missing")
        if np.isinf(frame[name].to_numpy(dtype=float)).any():
            code = frame.index[np.isinf(frame[name].to_numpy(dtype=float))][0]
            raise DataError(f"data: the value of {shown(code)} in column {name!r} is infinite")
    return frame.astype(float)
