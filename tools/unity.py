#!/usr/bin/env python3
"""unity: writes one source that compiles as several of the house's tests do, for unity builds.

usage: tools/unity.py OUTPUT SOURCE...

CMake's own unity builds include the sources one after the other. Tests name their helpers for their
file alone, so here each file's outermost namespaces get one more around or inside them, and its
lines keep their places in messages.
"""
import sys
from pathlib import Path


def in_own_namespace(path, name):
    """The file's text, with all that it defines inside a namespace `name`."""
    lines = [f'#line 1 "{path}"']
    depth = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("namespace ") and line.endswith("{"):
            depth += 1
            if depth == 1:
                line = f"namespace {name} {{ {line}" if line == "namespace {" else (
                    f"{line} namespace {name} {{")
        elif line.startswith("}  // namespace"):
            depth -= 1
            if depth == 0:
                line = f"}} {line}"
        lines.append(line)
    if depth != 0:
        sys.exit(f"unity: {path}: {depth} namespaces are not closed as clang-format closes them")
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) < 3 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    output, *sources = map(Path, sys.argv[1:])
    texts = [in_own_namespace(path, f"unity_{number}") for number, path in enumerate(sources)]
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text("".join(texts), encoding="utf-8")


main()
