#!/usr/bin/env python3
"""compile_errors: what does not compile says in one plain sentence each why.

Each file in tests/compile_errors/ is compiled by itself. The errors of the compiler must be those
that its comments `// error: how the message begins` announce, as many, and no others.
"""
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

ROOT = Path(os.environ.get("PIRN_SOURCE_DIR", Path(__file__).resolve().parent.parent))
COMPILERS = [name for name in ("clang++-19", "g++") if shutil.which(name)]
ERROR = re.compile(
    r"^\S+:\d+:\d+: error: (?:static assertion failed(?: due to requirement '.*?')?: )?(.*)")


def errors_of(compiler, source):
    command = [compiler, "-std=c++23", "-fsyntax-only", "-w", f"-I{ROOT}", source]
    if compiler.startswith("clang"):
        command.append("-ferror-limit=0")  # g++ has no limit
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    return sorted(match[1] for match in map(ERROR.search, done.stderr.splitlines()) if match)


class CompileErrors(unittest.TestCase):
    def check(self, compiler, source):
        announced = sorted(re.findall(r"// error: (.*)", source.read_text(encoding="utf-8")))
        self.assertTrue(announced)
        printed = errors_of(compiler, source)
        listing = "\n".join([f"{compiler} says of {source.name}:", *printed])
        self.assertEqual(len(announced), len(printed), listing)
        for begin, message in zip(announced, printed):
            self.assertTrue(message.startswith(begin), f"not announced: {message}\n{listing}")


def add_tests():
    for source in sorted((ROOT / "tests/compile_errors").glob("*.cpp")):
        for compiler in COMPILERS:
            name = f"test_{source.stem}_{compiler.split('-')[0].replace('+', 'x')}"
            setattr(CompileErrors, name, lambda self, c=compiler, s=source: self.check(c, s))


add_tests()

if __name__ == "__main__":
    unittest.main()
