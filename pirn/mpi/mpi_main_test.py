#!/usr/bin/env python3
"""mpi_main_test: how a program under mpirun ends, and what its idle ranks cost.

usage: mpi_main_test.py PROGRAM MPIRUN...     plays the scenes of mpi_main_test.cpp
"""
import os
import pathlib
import select
import signal
import subprocess
import sys
import time
import unittest

PROGRAM, MPIRUN = sys.argv[1], sys.argv[2:]
PATIENCE_S = 60
RANKS = 4
IDLE_SHARE_MAX = 0.02  # of a core, each rank


def default_sigint():
    """A background job of a shell ignores SIGINT, and would hand that down."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(scene):
    return subprocess.Popen(
        [*MPIRUN, "-n", str(RANKS), PROGRAM, scene], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=default_sigint)


def play(scene):
    """Returns the status, standard output and standard error of a scene that ends by itself."""
    with start(scene) as process:
        out, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out, err


def fields_of(stat):
    """The fields of a /proc/PID/stat after the name, which may hold anything."""
    return stat.rpartition(")")[2].split()


def ranks_of(process):
    """The processes that an mpirun has started and that have not ended."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = fields_of(path.read_text())[:2]
        except OSError:
            continue
        if int(parent) == process.pid and state != "Z":
            found.append(int(path.parent.name))
    return found


def cpu_s(pid):
    user, system = fields_of(pathlib.Path(f"/proc/{pid}/stat").read_text())[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class Ends(unittest.TestCase):
    def test_the_status_of_rank_0_is_the_program_s(self):
        self.assertEqual(play("status")[0], 3)

    def test_an_exception_ends_all_ranks_with_status_1_and_its_message_once(self):
        status, _, err = play("throw")
        self.assertEqual(status, 1, err)
        self.assertEqual(err.count("mpi_tests: the program gave up"), 1, err)

    def test_exit_on_rank_0_ends_all_ranks(self):
        self.assertEqual(play("exit")[0], 4)

    def test_a_rank_that_dies_ends_all(self):
        self.assertEqual(play("die")[0], 128 + signal.SIGABRT)

    def test_ctrl_c_ends_all_ranks_in_the_middle_of_a_call(self):
        with start("for-ever") as process:
            self.assertEqual(process.stdout.readline(), "begun\n")
            ranks = ranks_of(process)
            self.assertEqual(len(ranks), RANKS)
            ends = [os.pidfd_open(pid) for pid in ranks]
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=PATIENCE_S)
            self.assertNotEqual(process.returncode, 0)
        # mpirun kills its ranks, but does not wait for the last one to be gone.
        for pid, end in zip(ranks, ends):
            self.assertTrue(select.select([end], [], [], PATIENCE_S)[0], f"rank {pid} goes on")
            os.close(end)


class Idle(unittest.TestCase):
    def test_idle_ranks_sleep(self):
        with start("idle") as process:
            self.assertEqual(process.stdout.readline(), "begun\n")
            ranks = ranks_of(process)
            self.assertEqual(len(ranks), RANKS)
            before = {pid: cpu_s(pid) for pid in ranks}
            begun = time.monotonic()
            time.sleep(3)  # what is measured, not waited for
            lasted = time.monotonic() - begun
            shares = [(cpu_s(pid) - before[pid]) / lasted for pid in ranks]
            process.communicate("\n", timeout=PATIENCE_S)
            self.assertEqual(process.returncode, 0)
        self.assertLess(max(shares), IDLE_SHARE_MAX, shares)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
