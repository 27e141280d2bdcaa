"""How to cite a result, and which software made it."""

import importlib.metadata
import platform
from collections.abc import Iterable

__all__ = ["citation", "versions"]


def citation(notes: Iterable[str]) -> str:
    """Return how to cite the software and the sources that notes name.

    Parameters
    ----------
    notes : iterable of str
        Notes of tables; those that begin with ``Source`` are kept, each once.

    Returns
    -------
    str
        One line for the software, then one a source.

    Examples
    --------
    >>> print(citation(["Source: NBS, Input-Output Tables of China 2018.", "Trillion yuan."]))
    quesnay ...: econometric modelling toolkit for satellite accounts. BSD-3-Clause.
    Source: NBS, Input-Output Tables of China 2018.
    """
    import quesnay

    software = (
        f"quesnay {quesnay.__version__}: econometric modelling toolkit for satellite accounts."
    )
    sources = dict.fromkeys(note for note in notes if note.startswith("Source"))
    return "\n".join([f"{software} BSD-3-Clause.", *sources])


def versions() -> str:
    """Return the versions of the software that a number depends on.

    Returns
    -------
    str
        quesnay, Python and the numerical packages.

    Examples
    --------
    >>> versions().split()[0]
    'quesnay'
    """
    import quesnay

    names = ("numpy", "scipy", "pandas")
    found = [f"{name} {importlib.metadata.version(name)}" for name in names]
    own = [f"quesnay {quesnay.__version__}", f"Python {platform.python_version()}"]
    return ", ".join([*own, *found])
