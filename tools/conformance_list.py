#!/usr/bin/env python3
"""conformance_list: the tests of modules of CPython's test suite, one a line.

usage: conformance_list.py [--root DIR] MODULE[:CLASS,...]...

For example test_generators, test_asyncio.test_tasks, _test_multiprocessing:_TestPool,_TestPoll.

Prints `module<TAB>Class.test_name` for each test method, under the class (or mixin) that defines it,
in the order of the source, and `module<TAB>__test__.name` for each named doctest of the module.
DIR is where Debian's libpython3.11-testsuite puts them, /usr/lib/python3.11/test.
"""
import argparse
import ast
from pathlib import Path


def test_methods(node, outer=""):
    """Yields Class.test_name, also for classes inside classes and functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from test_methods(child, f"{outer}{child.name}.")
        elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if outer and child.name.startswith("test"):
                yield outer + child.name
        else:
            yield from test_methods(child, outer)


def doctests(tree):
    """Yields the names in a module's `__test__` dictionary."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            if any(isinstance(name, ast.Name) and name.id == "__test__" for name in node.targets):
                for key in node.value.keys:
                    yield f"__test__.{key.value}"


def listed(root, module, classes=None):
    """Returns the names of a module's tests, or of these classes' alone; a name that is defined
    twice counts once."""
    source = root.joinpath(*module.split(".")).with_suffix(".py")
    tree = ast.parse(source.read_text(encoding="utf-8"), str(source))
    names = dict.fromkeys([*test_methods(tree), *doctests(tree)])
    return [name for name in names if classes is None or name.split(".")[0] in classes]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path("/usr/lib/python3.11/test"))
    parser.add_argument("modules", nargs="+")
    arguments = parser.parse_args()
    for part in arguments.modules:
        module, _, classes = part.partition(":")
        for name in listed(arguments.root, module, classes.split(",") if classes else None):
            print(f"{module}\t{name}")


if __name__ == "__main__":
    main()
