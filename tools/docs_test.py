#!/usr/bin/env python3
"""Tests tools/docs.py on small trees."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parent / "docs.py"
SOURCE = "int main() {\n  // [body]\n  if (true) {\n    hello();\n  }\n  // [/body]\n}\n"
CODE = "if (true) {\n  hello();\n}\n"
PAGE = "# House\n\n## A room\n\n[up](#a-room) [source](examples/01.cpp)\n\n"
FENCE = "<!-- region: examples/01.cpp body -->\n```cpp\n" + CODE + "```\n"


class Docs(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)
        (self.root / "examples").mkdir()
        (self.root / "examples/01.cpp").write_text(SOURCE)

    def check(self, text, *options, name="README.md"):
        (self.root / name).write_text(text)
        command = [sys.executable, TOOL, "--root", self.root, *options]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def test_a_true_document_passes(self):
        status, printed = self.check(PAGE + FENCE)
        self.assertEqual(status, 0, printed)

    def test_code_that_differs_from_its_region_fails_until_written(self):
        stale = PAGE + FENCE.replace("hello", "goodbye") + "\nmore\n"
        status, printed = self.check(stale)
        self.assertEqual(status, 1)
        self.assertIn("README.md:8: differs from examples/01.cpp [body]", printed)
        self.assertEqual(self.check(stale, "--write")[0], 0)
        self.assertEqual((self.root / "README.md").read_text(), PAGE + FENCE + "\nmore\n")

    def test_a_region_must_exist(self):
        self.assertIn("has no region", self.check(FENCE.replace(" body", " soul"))[1])
        self.assertIn("there is no", self.check(FENCE.replace("01", "02"))[1])

    def test_code_needs_a_region_or_a_reason(self):
        self.assertEqual(self.check("```cpp\nint x;\n```\n")[0], 1)
        reason = "<!-- free: g++ 12 refuses it -->\n"
        self.assertEqual(self.check(reason + "```cpp\nint x;\n```\n")[0], 0)
        self.assertEqual(self.check("```sh\n./dev run\n```\n")[0], 0)

    def test_links_lead_somewhere(self):
        self.assertIn("docs/gone.md leads nowhere", self.check("[x](docs/gone.md)\n")[1])
        self.assertIn("there is no such heading", self.check("# House\n[x](#home)\n")[1])
        self.assertEqual(self.check("`[x](gone.md)` [y](https://example.org/z)\n")[0], 0)

    def test_twins_have_the_same_headings_and_regions(self):
        self.check(PAGE + FENCE)
        status, printed = self.check("# 房子\n\n## 房间\n", name="README.zh-CN.md")
        self.assertEqual(status, 1)
        self.assertIn("its regions are not those of README.md", printed)
        twin = "# 房子\n\n## 房间\n\n[上](#房间)\n\n" + FENCE
        self.assertEqual(self.check(twin, name="README.zh-CN.md")[0], 0)


if __name__ == "__main__":
    unittest.main()
