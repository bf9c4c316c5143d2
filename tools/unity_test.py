#!/usr/bin/env python3
"""Tests of tools/unity.py: files that share names compile as one, and messages name their lines."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

UNITY = Path(__file__).with_name("unity.py")
UNNAMED = """// A comment.
#include <string>

namespace {
int helper() { return VALUE; }
int seen = helper();
}  // namespace
"""
NAMED = """namespace house {
namespace {
int helper() { return VALUE; }
}  // namespace
int seen = helper();
}  // namespace house
"""


class UnityTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def unity(self, *texts):
        sources = []
        for number, text in enumerate(texts):
            sources.append(self.folder / f"{number}_test.cpp")
            sources[-1].write_text(text)
        self.output = self.folder / "made/together.cpp"
        return subprocess.run([sys.executable, UNITY, self.output, *sources],
                              capture_output=True, text=True)

    def compile(self):
        return subprocess.run(["g++", "-std=c++20", "-fsyntax-only", self.output],
                              capture_output=True, text=True)

    def test_files_that_share_names_compile_as_one(self):
        for form in (UNNAMED, NAMED):
            done = self.unity(form.replace("VALUE", "1"), form.replace("VALUE", "1"))
            self.assertEqual(done.returncode, 0, done.stderr)
            compiled = self.compile()
            self.assertEqual(compiled.returncode, 0, compiled.stderr)

    def test_messages_name_the_file_and_the_line(self):
        self.unity(UNNAMED.replace("VALUE", "1"), UNNAMED.replace("VALUE", "wrong"))
        self.assertIn("1_test.cpp:5:", self.compile().stderr)

    def test_what_the_next_file_would_see_is_refused(self):
        done = self.unity("#include <string>\n\nusing std::string;\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("0_test.cpp:3: code outside of namespaces: using std::string;", done.stderr)
        self.assertFalse(self.output.exists())

    def test_a_namespace_that_is_not_closed_as_the_house_does_is_refused(self):
        done = self.unity("namespace {\nint one = 1;\n}\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not closed", done.stderr)


if __name__ == "__main__":
    unittest.main()
