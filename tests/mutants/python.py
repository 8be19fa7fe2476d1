# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mutants of Python: one small change of one expression or statement, by its place in the syntax tree."""

from __future__ import annotations

import ast
import re
import typing as t

from tests.mutants.model import Mutant, read

_COMPARE: dict[type[ast.cmpop], tuple[str, tuple[str, ...]]] = {
    ast.Lt: (r"<", ("<=", ">=")),
    ast.LtE: (r"<=", ("<", ">")),
    ast.Gt: (r">", (">=", "<=")),
    ast.GtE: (r">=", (">", "<")),
    ast.Eq: (r"==", ("!=",)),
    ast.NotEq: (r"!=", ("==",)),
    ast.In: (r"\bin\b", ("not in",)),
    ast.NotIn: (r"\bnot\s+in\b", ("in",)),
    ast.Is: (r"\bis\b", ("is not",)),
    ast.IsNot: (r"\bis\s+not\b", ("is",)),
}
_BINARY: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: (r"\+", "-"),
    ast.Sub: (r"-", "+"),
    ast.Mult: (r"\*", "+"),
    ast.Div: (r"/", "*"),
    ast.FloorDiv: (r"//", "*"),
    ast.Mod: (r"%", "+"),
    ast.BitOr: (r"\|", "&"),
    ast.BitAnd: (r"&", "|"),
}
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "reversed": "list", "ceil": "floor", "floor": "ceil"}
_DROPPED = {"lower", "casefold", "upper", "strip", "rstrip", "lstrip", "removeprefix", "removesuffix"}
# Calls whose arguments are words for people, sources or types.
_WORDS = {"texts", "steps", "Source", "cast", "TypeVar", "compile"}
_WORD_KEYWORDS = {"why", "name", "subject", "title", "sources", "texts", "steps"}
# Numbers of which only the order counts; they stand ten apart.
_ORDER_KEYWORDS = {"place"}
_KEY = re.compile(r"(?!https:)[\w.:/*-]{1,40}")


def mutants(path: str) -> list[Mutant]:
    """Return every mutant of a Python file that this module knows to make, in the order of the text."""
    finder = _Finder(path)
    finder.walk(finder.tree, deep=False, statement=1)
    return sorted(finder.found, key=lambda one: (one.start, one.end, one.new))


def differs(mutant: Mutant) -> bool:
    """Whether a mutant is Python, and another program than the original."""
    try:
        return ast.dump(ast.parse(mutant.text())) != ast.dump(ast.parse(read(mutant.path)))
    except SyntaxError:
        return False


class _Finder:
    def __init__(self, path: str) -> None:
        self.path, self.source = path, read(path)
        self.tree = ast.parse(self.source)
        self.found: list[Mutant] = []
        # Columns of the syntax tree count bytes.
        self._starts = [0]
        for line in self.source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._lines = self.source.splitlines()

    def walk(self, node: ast.AST, *, deep: bool, statement: int) -> None:
        """Visit a node and everything below it that is not a word or a type."""
        statement = node.lineno if isinstance(node, ast.stmt) else statement
        for operator, start, end, new in self._of(node):
            lost = self.source.count("\n", start, end) - new.count("\n")
            line = self.source.count("\n", 0, start) + 1
            self.found.append(Mutant(self.path, line, start, end, new + "\n" * lost, operator, deep, statement))
        for name, value in ast.iter_fields(node):
            inside = deep or (isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and name == "body")
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _skipped(node, name, child):
                    self.walk(child, deep=inside, statement=statement)

    def _of(self, node: ast.AST) -> t.Iterator[tuple[str, int, int, str]]:
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is not None:
            yield from method(node)

    def _place(self, node: ast.AST) -> tuple[int, int]:
        spot = t.cast("ast.expr", node)
        return self._offset(spot.lineno, spot.col_offset), self._offset(spot.end_lineno or 0, spot.end_col_offset or 0)

    def _offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

    def _text(self, node: ast.AST) -> str:
        start, end = self._place(node)
        return self.source[start:end]

    def _between(self, left: ast.AST, right: ast.AST, pattern: str) -> tuple[int, int] | None:
        begin, end = self._place(left)[1], self._place(right)[0]
        match = re.compile(pattern).search(self.source, begin, end)
        return match.span() if match else None

    def _compare(self, node: ast.Compare) -> t.Iterator[tuple[str, int, int, str]]:
        for left, operator, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
            pattern, others = _COMPARE[type(operator)]
            span = self._between(left, right, pattern)
            for other in others if span else ():
                kind = "boundary" if {*other} - {"="} == {*pattern} - {"="} and other[0] in "<>" else "comparison"
                yield kind, *t.cast("tuple[int, int]", span), other

    def _boolop(self, node: ast.BoolOp) -> t.Iterator[tuple[str, int, int, str]]:
        both = isinstance(node.op, ast.And)
        for left, right in zip(node.values, node.values[1:], strict=False):
            span = self._between(left, right, r"\band\b" if both else r"\bor\b")
            if span:
                yield "and/or", *span, "or" if both else "and"
        # A last resort that is empty anyway (`or None`) is as false as False.
        for value in (
            one for one in node.values if not isinstance(one, ast.Constant | ast.Tuple | ast.Dict | ast.List)
        ):
            yield "operand", *self._place(value), "True" if both else "False"

    def _unaryop(self, node: ast.UnaryOp) -> t.Iterator[tuple[str, int, int, str]]:
        if isinstance(node.op, ast.Not | ast.USub):
            yield "negation", *self._place(node), f"({self._text(node.operand)})"

    def _binop(self, node: ast.BinOp) -> t.Iterator[tuple[str, int, int, str]]:
        known = _BINARY.get(type(node.op))
        words = any(
            isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
            for side in (node.left, node.right)
        )
        span = self._between(node.left, node.right, known[0]) if known and not words else None
        if known and span:
            yield "arithmetic", *span, known[1]

    def _augassign(self, node: ast.AugAssign) -> t.Iterator[tuple[str, int, int, str]]:
        yield "removed", *self._place(node), "pass"

    def _if(self, node: ast.If | ast.IfExp | ast.While) -> t.Iterator[tuple[str, int, int, str]]:
        yield "negation", *self._place(node.test), f"not ({self._text(node.test)})"

    _ifexp = _while = _if

    def _comprehension(self, node: ast.comprehension) -> t.Iterator[tuple[str, int, int, str]]:
        for test in node.ifs:
            yield "filter", *self._place(test), "True"

    def _constant(self, node: ast.Constant) -> t.Iterator[tuple[str, int, int, str]]:
        value, place = node.value, self._place(node)
        if isinstance(value, bool):
            yield "constant", *place, str(not value)
        elif isinstance(value, int | float):
            yield "constant", *place, repr(value + 1)
            if value > 1:
                yield "constant", *place, repr(value - 1)
        elif isinstance(value, str) and _KEY.fullmatch(value) and self.source[place[0]] in "'\"":
            yield "key", *place, f'"{value}XX"'

    def _return(self, node: ast.Return) -> t.Iterator[tuple[str, int, int, str]]:
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield "return", *self._place(node.value), "None"

    def _break(self, node: ast.Break) -> t.Iterator[tuple[str, int, int, str]]:
        yield "loop", *self._place(node), "continue"

    def _continue(self, node: ast.Continue) -> t.Iterator[tuple[str, int, int, str]]:
        yield "loop", *self._place(node), "break"

    def _raise(self, node: ast.Raise) -> t.Iterator[tuple[str, int, int, str]]:
        yield "removed", *self._place(node), "pass"

    def _expr(self, node: ast.Expr) -> t.Iterator[tuple[str, int, int, str]]:
        if isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom):
            yield "removed", *self._place(node), "pass"

    def _call(self, node: ast.Call) -> t.Iterator[tuple[str, int, int, str]]:
        name = _name(node.func)
        if name in _CALLS:
            _start, end = self._place(node.func)
            yield "call", end - len(name), end, _CALLS[name]
        if name == "sorted" and node.args:
            yield "order", *self._place(node), f"list({self._text(node.args[0])})"
        if name in _DROPPED and isinstance(node.func, ast.Attribute):
            yield "call", *self._place(node), self._text(node.func.value)
        if len(node.args) > 1 and all(isinstance(one, ast.Name | ast.Attribute) for one in node.args[:2]):
            first, second = node.args[:2]
            middle = self.source[self._place(first)[1] : self._place(second)[0]]
            span = self._place(first)[0], self._place(second)[1]
            yield "order", *span, f"{self._text(second)}{middle}{self._text(first)}"

    def _assign(self, node: ast.Assign) -> t.Iterator[tuple[str, int, int, str]]:
        if isinstance(node.targets[0], ast.Subscript | ast.Attribute):
            yield "removed", *self._place(node), "pass"


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _skipped(parent: ast.AST, name: str, child: ast.AST) -> bool:
    """Whether a child says nothing that a program could do otherwise: types, documentation, words, decorators."""
    if name in {"annotation", "returns", "decorator_list", "bases", "exc"} or isinstance(child, ast.JoinedStr):
        return True
    if isinstance(parent, ast.Call) and _name(parent.func) in _WORDS:
        return True
    if isinstance(parent, ast.keyword):
        return parent.arg in _WORD_KEYWORDS | _ORDER_KEYWORDS
    if isinstance(parent, ast.Expr):
        return isinstance(child, ast.Constant)
    # A type made of an alias.
    return (
        isinstance(parent, ast.Assign)
        and isinstance(child, ast.Subscript)
        and _name(child.value) in {"Callable", "Mapping", "Literal", "Sequence"}
    )


def branches(path: str) -> int:
    """Return how many decisions a file takes."""
    kinds = (ast.If, ast.IfExp, ast.BoolOp, ast.Compare, ast.comprehension, ast.While)
    return sum(isinstance(node, kinds) for node in ast.walk(ast.parse(read(path))))


def place(path: str, line: int) -> tuple[bool, int]:
    """Return whether a line lies in the body of a function, and where the innermost statement around it begins."""
    deep, statement = False, 1
    for node in ast.walk(ast.parse(read(path))):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0):
            deep = deep or (isinstance(node, ast.FunctionDef) and line >= node.body[0].lineno)
            statement = max(statement, node.lineno)
    return deep, statement
