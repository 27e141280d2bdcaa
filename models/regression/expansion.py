"""Terms of a formula's right side, expanded by formulaic from a text that holds no names."""

import math
from typing import TYPE_CHECKING, Any

from quesnay.fitting.errors import DataError

if TYPE_CHECKING:
    from formulaic.parser.types import ASTNode, Token

__all__ = ["expand_terms"]

_MOST = 10_000  # products of columns; more come from programs or powers that went wrong
_FAILURES = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)


def expand_terms(skeleton: str) -> list[tuple[str, ...]]:
    """Expand the operators of a formula into terms, as formulaic does.

    Parameters
    ----------
    skeleton : str
        A formula whose factors are stand-ins ``f0, f1, ...``, with ``0``, ``1``, orders of powers,
        brackets and the operators ``~ + - : * / ** %in%``; nothing that could be Python.

    Returns
    -------
    list of tuples of str
        Stand-ins of the factors of each term of the right side; ``()`` is the intercept.

    Raises
    ------
    DataError
        If it is no such formula or has more than 10,000 products of columns.

    Notes
    -----
    Only formulaic's parser is called: its tree is walked, its sets of terms are read. Nothing is
    materialised, so formulaic never sees data and never evaluates a factor.

    Examples
    --------
    >>> expand_terms("f0 ~ f1 * f2 - 1")
    [('f1',), ('f2',), ('f1', 'f2')]
    """
    from formulaic.errors import FormulaicError
    from formulaic.parser import DefaultFormulaParser

    parser = DefaultFormulaParser()
    try:
        _refuse_explosion(parser.get_ast(skeleton))
        terms = parser.get_terms(skeleton).rhs
        return [tuple(f.expr for f in term.factors if f.expr != "1") for term in terms]
    except DataError:
        raise
    except (FormulaicError, *_FAILURES) as problem:
        said = str(problem).partition("\n")[0] or type(problem).__name__
        raise DataError(f"formulaic cannot expand its terms ({said}); write them out") from None


def _refuse_explosion(tree: "ASTNode[Any] | Token") -> None:
    """Walk the tree, from leaves to root and without recursion, counting products of columns."""
    order, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        order.append(node)
        waiting.extend(getattr(node, "args", ()))
    counts: dict[int, int] = {}
    for node in reversed(order):
        parts = [counts[id(part)] for part in getattr(node, "args", ())]
        counts[id(node)] = _count(node, parts)
        if counts[id(node)] > _MOST:
            raise DataError(f"it has more than {_MOST:,} products of columns; write fewer")


def _count(node: "ASTNode[Any] | Token", parts: list[int]) -> int:
    """Return how many products an operator forms from those of its operands; one for a leaf."""
    match getattr(getattr(node, "operator", None), "symbol", None):
        case None:
            return 1
        case ":":
            return math.prod(parts)
        case "*":
            return sum(parts) + math.prod(parts)
        case "**":
            return int(parts[0] ** int(str(node.args[1])))
        case "~" | "+" | "-" | "/" | "in":
            return sum(parts)
        case other:
            raise DataError(f"{other!r} is not an operator of formulas")
