"""Small faults of a source file: what a line would be if its author had slipped."""

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

SWAPS: dict[type[ast.AST], tuple[str, tuple[str, ...]]] = {
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
    ast.Add: ("+", ("-",)),
    ast.Sub: ("-", ("+",)),
    ast.Mult: ("*", ("/",)),
    ast.Div: ("/", ("*",)),
    ast.FloorDiv: ("//", ("/",)),
    ast.Mod: ("%", ("+",)),
    ast.Pow: ("**", ("*",)),
    ast.BitAnd: ("&", ("|",)),
    ast.BitOr: ("|", ("&",)),
    ast.And: ("and", ("or",)),
    ast.Or: ("or", ("and",)),
}
_PAIRS = (
    ("min", "max"),
    ("any", "all"),
    ("minimum", "maximum"),
    ("floor", "ceil"),
    ("argmin", "argmax"),
    ("nanmin", "nanmax"),
    ("mean", "median"),
    ("sum", "prod"),
    ("cumsum", "cumprod"),
    ("log", "log1p"),
    ("exp", "expm1"),
)
NAMES = dict(_PAIRS) | {second: first for first, second in _PAIRS}
_TOLERANCE = 1e-4  # smaller constants are tolerances, and twice a tolerance is one too


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: bytes `start` to `end` of the source become `text`."""

    line: int
    kind: str
    start: int
    end: int
    text: str

    def apply(self, source: bytes) -> bytes:
        """Return the source with the fault."""
        return source[: self.start] + self.text.encode() + source[self.end :]


class _Source:
    """A source with the places of its nodes in bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.starts = [0]
        for line in data.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return the first byte of a node and the one after its last."""
        first = self.starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        last = self.starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return first, last

    def between(self, left: ast.AST, right: ast.AST, kind: ast.AST, line: int) -> Iterator[Mutant]:
        """List the operators that could stand between two operands."""
        word, others = SWAPS.get(type(kind), ("", ()))
        gap, end = self.span(left)[1], self.span(right)[0]
        place = self.data.find(word.encode(), gap, end) if word else -1
        for other in others if place >= 0 else ():
            yield Mutant(line, f"{word} becomes {other}", place, place + len(word), other)

    def whole(self, node: ast.AST, kind: str, text: str) -> Mutant:
        """Return the fault that replaces a node."""
        return Mutant(node.lineno, kind, *self.span(node), text)  # type: ignore[attr-defined]

    def text(self, node: ast.AST) -> str:
        """Return a node as it is written."""
        first, last = self.span(node)
        return self.data[first:last].decode()


def list_mutants(data: bytes) -> list[Mutant]:
    """List every fault of a source; words of messages and types are left alone."""
    source = _Source(data)
    found = {m for node in _code(ast.parse(data)) for m in _of_node(source, node)}
    other = [m for m in found if m.apply(data) != data]  # "return None" is one already
    return sorted(other, key=lambda m: (m.start, m.end, m.text))


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """Walk what runs: no annotations, decorators, messages, imports, names of types."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    yield node
    if isinstance(node, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom):
        return
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _code(child)


def _of_node(source: _Source, node: ast.AST) -> Iterator[Mutant]:
    if isinstance(node, ast.expr):
        yield from _of_expression(source, node)
    elif isinstance(node, ast.stmt):
        yield from _of_statement(source, node)


def _of_expression(source: _Source, node: ast.expr) -> Iterator[Mutant]:
    yield from _of_operators(source, node)
    match node:
        case ast.UnaryOp():
            yield source.whole(node, "sign or not removed", source.text(node.operand))
        case ast.IfExp():
            yield source.whole(node.test, "condition turned", f"(not ({source.text(node.test)}))")
        case ast.Constant():
            yield from _of_constant(source, node)
        case ast.Name(id=name) if name in NAMES:
            yield source.whole(node, f"{name} becomes {NAMES[name]}", NAMES[name])
        case ast.Attribute(attr=name) if name in NAMES:
            other = f"{source.text(node.value)}.{NAMES[name]}"
            yield source.whole(node, f"{name} becomes {NAMES[name]}", other)


def _of_operators(source: _Source, node: ast.expr) -> Iterator[Mutant]:
    match node:
        case ast.Compare():
            sides = [node.left, *node.comparators]
            for left, kind, right in zip(sides, node.ops, sides[1:], strict=False):
                yield from source.between(left, right, kind, right.lineno)
        case ast.BinOp():
            yield from source.between(node.left, node.right, node.op, node.right.lineno)
        case ast.BoolOp():
            for left, right in itertools.pairwise(node.values):
                yield from source.between(left, right, node.op, right.lineno)


def _of_constant(source: _Source, node: ast.Constant) -> Iterator[Mutant]:
    value = node.value
    if isinstance(value, bool):
        yield source.whole(node, f"{value} turned", str(not value))
    elif isinstance(value, int):
        yield source.whole(node, f"{value} plus one", str(value + 1))
    elif isinstance(value, float):
        if 0.0 < abs(value) < _TOLERANCE:
            yield source.whole(node, f"{value} a million times", repr(1e6 * value))
        else:
            yield source.whole(node, f"{value} doubled", repr(2 * value or 1.0))


def _of_statement(source: _Source, node: ast.stmt) -> Iterator[Mutant]:
    match node:
        case ast.If() | ast.While():
            yield source.whole(node.test, "condition turned", f"(not ({source.text(node.test)}))")
        case ast.Return(value=ast.expr()):
            yield source.whole(node, "nothing returned", "return None")
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()):
            yield source.whole(node, "statement removed", "pass")
        case ast.Raise():
            yield source.whole(node, "refusal removed", "pass")
        case ast.AugAssign():
            yield from source.between(node.target, node.value, node.op, node.lineno)
        case ast.Continue():
            yield source.whole(node, "continue becomes break", "break")
        case ast.Break():
            yield source.whole(node, "break becomes continue", "continue")
