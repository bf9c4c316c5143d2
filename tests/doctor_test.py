#!/usr/bin/env python3
"""`pirn doctor`: what it finds, as text and as JSON, and what it says where io_uring is forbidden."""
import ctypes
import json
import os
import platform
import struct
import unittest

from command_kit import default_sigint, run

IO_URING_SETUP = 425  # on every architecture
EPERM, ENOSYS = 1, 38


def forbid_io_uring(error):
    """Has a seccomp filter answer io_uring_setup with an error, as container runtimes do."""
    load_number, jump_if_equal, give = 0x20, 0x15, 0x06
    steps = [
        struct.pack("HBBI", load_number, 0, 0, 0),
        struct.pack("HBBI", jump_if_equal, 0, 1, IO_URING_SETUP),
        struct.pack("HBBI", give, 0, 0, 0x00050000 | error),
        struct.pack("HBBI", give, 0, 0, 0x7FFF0000),  # whatever else may go on
    ]
    filter_text = ctypes.create_string_buffer(b"".join(steps))
    no_new_privileges, set_seccomp, mode_filter = 38, 22, 2
    libc = ctypes.CDLL(None, use_errno=True)

    def forbid():
        default_sigint()
        program = ctypes.create_string_buffer(
            struct.pack("HxxxxxxP", len(steps), ctypes.addressof(filter_text)))
        if libc.prctl(no_new_privileges, 1, 0, 0, 0) != 0 or libc.prctl(
                set_seccomp, mode_filter, ctypes.byref(program), 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "seccomp")

    return forbid


def environment(driver=None):
    known = {name: value for name, value in os.environ.items() if name != "PIRN_DRIVER"}
    return known if driver is None else {**known, "PIRN_DRIVER": driver}


def examine(*arguments, driver=None, **options):
    """What the doctor says as JSON, and its exit status."""
    outcome = run("doctor", "--json", *arguments, env=environment(driver), **options)
    return json.loads(outcome.out), outcome.status


class Doctor(unittest.TestCase):
    def test_it_knows_the_machine(self):
        found, status = examine()
        self.assertEqual(status, 0, found)
        self.assertEqual(found["system"]["kernel"], platform.release())
        self.assertEqual(found["system"]["machine"], platform.machine())
        self.assertEqual(found["system"]["processors_allowed"], len(os.sched_getaffinity(0)))
        self.assertGreater(found["system"]["memory_bytes"], 0)
        self.assertIn("OpenSSL", found["libraries"])

    def test_the_driver_is_the_first_that_can_run(self):
        found, status = examine()
        can_run = found["io_uring"]["can_run"]
        self.assertEqual(found["driver"]["name"], "io_uring" if can_run else "epoll")
        self.assertTrue(found["driver"]["works"])
        self.assertGreater(found["driver"]["round_trip_s"], 0)
        self.assertEqual(status, 0)

    def test_what_is_used_is_there(self):
        features = examine()[0]["io_uring"]["features"]
        for each in features:
            self.assertTrue(each["available"] or not each["used"], each)
            self.assertTrue(each["purpose"], each)

    def test_the_choice_has_a_reason(self):
        for name, reason, found in [
                ("epoll", "chosen by --driver", examine("--driver", "epoll")),
                ("epoll", "chosen by PIRN_DRIVER", examine(driver="epoll")),
                ("virtual", "chosen by PIRN_DRIVER", examine(driver="virtual")),
                ("epoll", "chosen by --driver", examine("--driver", "epoll", driver="io_uring"))]:
            driver = found[0]["driver"]
            self.assertEqual((driver["name"], driver["reason"], found[1]), (name, reason, 0))

    def test_a_driver_that_is_none_is_a_failure(self):
        found, status = examine(driver="kqueue")
        self.assertEqual((found["driver"]["name"], found["driver"]["works"], status),
                         (None, False, 1))
        self.assertIn("PIRN_DRIVER is 'kqueue'", found["driver"]["problem"])

    def test_a_filter_that_forbids_io_uring_is_named_and_epoll_taken(self):
        for error in (EPERM, ENOSYS):
            found, status = examine(preexec_fn=forbid_io_uring(error))
            self.assertFalse(found["io_uring"]["can_run"])
            self.assertIn("seccomp", found["io_uring"]["problem"])
            self.assertEqual(found["io_uring"]["features"], [])
            self.assertEqual((found["driver"]["name"], found["driver"]["reason"], status),
                             ("epoll", "io_uring cannot run", 0))

    def test_a_forbidden_driver_that_was_asked_for_is_a_failure(self):
        outcome = run("doctor", "--driver", "io_uring", preexec_fn=forbid_io_uring(EPERM))
        self.assertEqual(outcome.status, 1, outcome)
        self.assertIn("io_uring        cannot run: a seccomp filter", outcome.out)
        self.assertIn("does not work: io_uring cannot be used here (a seccomp", outcome.out)

    def test_the_text_says_the_same(self):
        outcome = run("doctor", env=environment())
        self.assertEqual((outcome.status, outcome.err), (0, ""), outcome)
        for words in (platform.release(), "descriptors", "OpenSSL", "epoll           can run",
                      "works: there and back"):
            self.assertIn(words, outcome.out)


if __name__ == "__main__":
    unittest.main(verbosity=2)
