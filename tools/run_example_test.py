#!/usr/bin/env python3
"""Tests tools/run_example.py with shell scripts as programs."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parent / "run_example.py"


class RunExample(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.source = self.folder / "01.cpp"

    def run_tool(self, script, comment, *options):
        program = self.folder / "program"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        self.source.write_text(f"int main() {{}}\n\n{comment}")
        command = [sys.executable, TOOL, *options, program, self.source]
        return subprocess.run(command, capture_output=True, text=True)

    def status(self, script, comment):
        return self.run_tool(script, comment).returncode

    def test_equal_output_passes(self):
        script = "echo one; echo; echo '  two'"
        self.assertEqual(self.status(script, "// Output:\n// one\n//\n//   two\n"), 0)

    def test_different_output_fails_and_shows_the_difference(self):
        done = self.run_tool("echo one; echo three", "// Output:\n// one\n// two\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("-two\n+three", done.stdout)

    def test_order_counts_unless_the_comment_says_otherwise(self):
        script = "echo b; echo a"
        self.assertEqual(self.status(script, "// Output:\n// a\n// b\n"), 1)
        self.assertEqual(self.status(script, "// Output (any order):\n// a\n// b\n"), 0)

    def test_missing_lines_and_further_lines_fail(self):
        self.assertEqual(self.status("echo a", "// Output:\n// a\n// b\n"), 1)
        self.assertEqual(self.status("echo a; echo b", "// Output:\n// a\n"), 1)

    def test_a_failing_program_fails(self):
        self.assertEqual(self.status("echo a; exit 3", "// Output:\n// a\n"), 1)

    def test_a_source_without_the_comment_fails(self):
        self.assertIn("no comment block", self.run_tool("echo a", "// the end\n").stderr)

    def test_write_puts_the_output_into_the_comment(self):
        done = self.run_tool("echo a; echo", "// Output:\n// b\n", "--write")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.source.read_text(), "int main() {}\n\n// Output:\n// a\n//\n")


if __name__ == "__main__":
    unittest.main()
