"""What a run shows beside its two accounts: the made table and one account of all estimates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from quesnay.fitting.errors import QuesnayError
from quesnay.models.display.table import Table

if TYPE_CHECKING:
    import pandas as pd

    from quesnay.job.reconciled import ReconciledAccount
    from quesnay.job.reproduction import Reproduction
    from quesnay.job.updated_table import UpdatedTable

__all__ = ["Evidence", "gather_evidence"]

T = TypeVar("T")
_DECIMALS = 12  # an effect that is none comes out as 1e-16, with a sign of its own on each machine


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The made table and the reconciled account of a run, made once for report and files.

    Parameters
    ----------
    updated : UpdatedTable or None
        The table of a year without one.
    not_updated : str
        Why there is none.
    reconciled : ReconciledAccount or None
        One account out of all estimates.
    not_reconciled : str
        Why there is none.
    """

    updated: "UpdatedTable | None"
    not_updated: str
    reconciled: "ReconciledAccount | None"
    not_reconciled: str

    def frames(self) -> "dict[str, pd.DataFrame]":
        """Return the numbers of both by name, without the noise of rounding around zero."""
        found: dict[str, pd.DataFrame] = {}
        if self.updated is not None:
            found[f"made_table_{self.updated.year}"] = self.updated.effect
        if self.reconciled is not None:
            found["reconciled"] = self.reconciled.account
            found["reconciled_adjustments"] = self.reconciled.adjustments
        return {name: frame.round(_DECIMALS) + 0.0 for name, frame in found.items()}

    def tables(self) -> tuple[Table, ...]:
        """Return the tables of both, as far as they could be made."""
        made = (self.updated, self.reconciled)
        return tuple(table for part in made if part is not None for table in part.tables())


def gather_evidence(result: "Reproduction") -> Evidence:
    """Make the table and the account that a study allows.

    Parameters
    ----------
    result : Reproduction
        The run.

    Returns
    -------
    Evidence
        Both, or the reasons why not.

    Examples
    --------
    >>> from quesnay.job.run import reproduce
    >>> found = gather_evidence(reproduce("caict_2020", draws=50))
    >>> found.updated.year, len(found.reconciled.account)
    (2019, 4)
    """
    updated, why = _tried(result.update_table)
    one, reason = _tried(lambda: result.reconcile(updated))
    return Evidence(updated, why, one, reason)


def _tried(make: Callable[[], T]) -> tuple[T | None, str]:
    try:
        return make(), ""
    except QuesnayError as error:
        return None, str(error).rstrip(".")
