#!/usr/bin/env python3
"""`pirn` under mpirun: rank 0 is the command, and the others are not seen.

usage: mpi_command.py MPIRUN...
"""
import json
import pathlib
import subprocess
import sys
import tempfile
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

    def test_ranks_digest_files_in_their_order(self):
        with tempfile.TemporaryDirectory() as folder:
            names = []
            for number in range(300):
                path = pathlib.Path(folder, f"file {number}")
                path.write_bytes(b"x" * number * 100)
                names.append(str(path))
            wanted = subprocess.run(["sha256sum", *names], capture_output=True, text=True)
            outcome = run("hash", "--executor", "mpi", *names, folder + "/missing")
            self.assertEqual(outcome.stdout, wanted.stdout)
            self.assertIn("pirn hash: ", outcome.stderr)
            self.assertEqual(outcome.returncode, 1)
            pathlib.Path(folder, "list").write_text(wanted.stdout)
            outcome = run("hash", "--executor", "mpi", "--check", "--quiet", folder + "/list")
            self.assertEqual((outcome.returncode, outcome.stdout), (0, ""), outcome)

    def test_ranks_fetch_flags(self):
        with tempfile.TemporaryDirectory() as folder:
            outcome = run("flags", "--executor", "mpi", "--style", "processes", "--delay", "0",
                          "--dest", folder, "--json")
            self.assertEqual(outcome.returncode, 0, outcome)
            (report,) = json.loads(outcome.stdout)["styles"]
            self.assertEqual(report["downloaded"], 20)
            self.assertEqual(len(list(pathlib.Path(folder).iterdir())), 20)

    def test_ranks_simulate_taxis_whose_days_come_in_the_order_of_their_seeds(self):
        replications = ("taxis", "--seed", "3", "--replications", "200", "--json", "--executor")
        outcome = run(*replications, "mpi")
        self.assertEqual(outcome.returncode, 0, outcome)
        self.assertEqual(outcome.stdout, run(*replications, "inline").stdout)
        self.assertEqual(json.loads(outcome.stdout)["replications"], 200)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
