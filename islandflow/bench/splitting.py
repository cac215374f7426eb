"""Parts one module of the engine for the compiler: classes that must stay interpreted move aside.

mypyc drops the keywords and most annotations of a class with a metaclass (msgspec's Struct, enums,
NamedTuple, Protocol), and makes dataclasses that cannot be parents of one Params. Such classes, and
what their bodies name, go to a sibling module unchanged; the rest imports them from there.

    rules.py   imports, Limits(Struct), judge()   --->   rules_interpreted.py   imports, Limits
                                                         rules.py               imports, judge()
"""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

SUFFIX = "_interpreted"


def split_module(text: str, path: PurePosixPath) -> tuple[str, str]:
    """Return the text of the interpreted sibling, empty if none is needed, and of the rest.

    Shape: `path` is relative to the import root. Every statement is in exactly one of the two.
    """
    statements = ast.parse(text).body
    imports = [each for each in statements if _is_import(each)]
    others = [each for each in statements if not _is_import(each) and not _is_text(each)]
    aside = _aside(others)
    if not aside:
        return "", text
    names = ", ".join(name for each in others if each in aside for name in _names_given(each))
    module = ".".join([*path.parent.parts, path.stem + SUFFIX])
    first = [_text_of(text, each) for each in imports]
    moved = [_text_of(text, each) for each in others if each in aside]
    kept = [_text_of(text, each) for each in others if each not in aside]
    link = f"from {module} import {names}"
    return "\n".join([*first, *moved, ""]), "\n".join([*first, link, *kept, ""])


def _is_import(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):  # if TYPE_CHECKING
        return all(_is_import(each) for each in statement.body)
    return isinstance(statement, ast.Import | ast.ImportFrom)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _aside(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return the classes that cannot be native and what they name, directly or through others."""
    giver = {name: each for each in statements for name in _names_given(each)}
    waiting: list[ast.stmt] = [
        each for each in statements if isinstance(each, ast.ClassDef) and _is_special(each)
    ]
    aside: list[ast.stmt] = []
    while waiting:
        statement = waiting.pop()
        if statement in aside:
            continue
        aside.append(statement)
        waiting += [giver[name] for name in _names_used(statement) if name in giver]
    return aside


def _is_special(statement: ast.ClassDef) -> bool:
    return bool(statement.bases or statement.keywords or statement.decorator_list)


def _names_given(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    found = (each for target in targets for each in ast.walk(target))
    return [each.id for each in found if isinstance(each, ast.Name)]


def _names_used(statement: ast.stmt) -> Iterator[str]:
    for each in ast.walk(statement):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.AnnAssign):
            yield from _forward_names(each.annotation)


def _forward_names(annotation: ast.expr) -> Iterator[str]:
    """Yield the names that an annotation spells as text; the words of `Tuned(...)` are none."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        if annotation.value.isidentifier():
            yield annotation.value
    elif not isinstance(annotation, ast.Call):
        for child in ast.iter_child_nodes(annotation):
            if isinstance(child, ast.expr):
                yield from _forward_names(child)


def _text_of(text: str, statement: ast.stmt) -> str:
    lines = text.splitlines()
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(each.lineno for each in decorators)])
    return "\n".join(lines[first - 1 : statement.end_lineno])
