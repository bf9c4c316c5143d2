#!/usr/bin/env python3
"""run_example: runs an example and compares what it prints with the comment at its end.

usage: run_example.py [--write] PROGRAM SOURCE [LAUNCHER...]

The last comment of SOURCE, from a line `// Output:` or `// Output (any order):` to the end of the
file, holds the expected standard output, one `// line` a line. Lines are compared exactly, but for
blanks at their ends. The program gets no input; it must end with status 0. --write puts the real
output into the comment. Lines over the column limit: put `// clang-format off` above the block.
LAUNCHER is a command that starts the program, mpirun say.
"""
import difflib
import subprocess
import sys
from pathlib import Path

MARKERS = {"// Output:": False, "// Output (any order):": True}


def split_source(text):
    """Returns the lines before the output block, its marker line, and the expected lines."""
    lines = text.splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    start = len(lines)
    while start > 0 and lines[start - 1].startswith("//"):
        start -= 1
        if lines[start] in MARKERS:
            expected = [line[2:].removeprefix(" ").rstrip() for line in lines[start + 1 :]]
            return lines[:start], lines[start], expected
    raise SystemExit("no comment block `// Output:` at the end of the source")


def main(arguments):
    write = arguments[:1] == ["--write"]
    if len(arguments) - write < 2:
        raise SystemExit(__doc__)
    program, source, *launcher = arguments[write:]
    source = Path(source)
    before, marker, expected = split_source(source.read_text(encoding="utf-8"))

    command = [*launcher, program]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=50)
    actual = [line.rstrip() for line in run.stdout.decode("utf-8", "replace").splitlines()]
    if run.returncode != 0:
        sys.stdout.write(run.stdout.decode("utf-8", "replace"))
        sys.stdout.write(run.stderr.decode("utf-8", "replace"))
        print(f"{source}: ended with status {run.returncode}")
        return 1
    if write:
        block = [f"// {line}".rstrip() for line in actual]
        source.write_text("\n".join(before + [marker] + block) + "\n", encoding="utf-8")
        return 0
    if MARKERS[marker]:
        expected, actual = sorted(expected), sorted(actual)
    if actual == expected:
        return 0
    print("\n".join(difflib.unified_diff(expected, actual, str(source), "printed", lineterm="")))
    sys.stdout.write(run.stderr.decode("utf-8", "replace"))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
