#!/usr/bin/env python3
"""`pirn` under mpirun: rank 0 is the command, and the others are not seen.

usage: mpi_command.py MPIRUN...
"""
import subprocess
import sys
import unittest

from command_kit import COMMAND, PATIENCE_S

MPIRUN = sys.argv[1:]


def run(*arguments):
    return subprocess.run([*MPIRUN, str(COMMAND), *arguments], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=PATIENCE_S)


class UnderMpirun(unittest.TestCase):
    def test_the_version_is_printed_once(self):
        outcome = run("--version")
        self.assertEqual(outcome.returncode, 0, outcome)
        self.assertEqual(len(outcome.stdout.splitlines()), 1, outcome)
        self.assertTrue(outcome.stdout.startswith("pirn "), outcome)

    def test_wrong_arguments_are_told_once_and_give_their_status(self):
        outcome = run("attic")
        self.assertEqual(outcome.returncode, 2, outcome)
        self.assertEqual(outcome.stderr.count("there is no command 'attic'"), 1, outcome)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
