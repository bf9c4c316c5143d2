#!/usr/bin/env python3
"""unity: writes one source that compiles as several of the house's tests do, for unity builds.

usage: tools/unity.py OUTPUT SOURCE...

CMake's own unity builds include the sources one after the other. Tests name their helpers for their
file alone, so here each file's outermost namespaces get one more around or inside them. Lines keep
their places in messages. Code outside of namespaces is refused: the next file would see it.
"""
import sys
from pathlib import Path


def in_own_namespace(path, name):
    """The file's text, with all that it defines inside a namespace `name`."""
    lines = [f'#line 1 "{path}"']
    depth = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("namespace ") and line.endswith("{"):
            depth += 1
            if depth == 1:
                unnamed = line == "namespace {"
                line = f"namespace {name} {{ {line}" if unnamed else f"{line} namespace {name} {{"
        elif line.startswith("}  // namespace"):
            depth -= 1
            if depth == 0:
                line = f"}} {line}"
        elif depth == 0 and line and not line.startswith(("#", "//")):
            sys.exit(f"unity: {path}:{number}: code outside of namespaces: {line}")
        lines.append(line)
    if depth != 0:
        sys.exit(f"unity: {path}: a namespace is not closed with `}}  // namespace` and its name")
    return "\n".join(lines) + "\n"


def main():
    if len(sys.argv) < 3 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    output, *sources = map(Path, sys.argv[1:])
    texts = [in_own_namespace(path, f"unity_{number}") for number, path in enumerate(sources)]
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text("".join(texts), encoding="utf-8")


main()
