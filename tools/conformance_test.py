#!/usr/bin/env python3
"""conformance_test: docs/conformance.md is complete and names tests that exist.

Each `## module` section has a table `| test | verdict | counterpart | reason |`. A counterpart is
the `suite.name` of a GoogleTest test in the tree; that they pass is what ctest shows of them.
"""
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import conformance_list  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
CPYTHON = Path("/usr/lib/python3.11/test")
VERDICTS = ["same", "different", "does-not-apply"]
ASYNCIO = ["tasks", "taskgroups", "timeouts", "waitfor", "futures", "runners", "locks", "queues",
           "threads"]
CALLBACKS = ["protocols", "transports", "buffered_proto", "selector_events"]
STREAMS = ["streams", "server", "sock_lowlevel", "ssl", "subprocess", "unix_events"]
MODULES = ["test_generators", "test_yield_from", "test_contextlib", "test_contextlib_async",
           *(f"test_asyncio.test_{name}" for name in ASYNCIO),
           "test_concurrent_futures", "test_queue", "lock_tests", "_test_multiprocessing",
           "test_selectors", *(f"test_asyncio.test_{name}" for name in CALLBACKS + STREAMS)]
# The classes of a module, where others of it are about what pirn does not set out to do.
PARTS = {"_test_multiprocessing": [
    "_TestPool", "_TestPoolWorkerErrors", "_TestPoolWorkerLifetime", "TestInitializers",
    "TestPoolNotLeakOnFailure", "_TestConnection", "_TestPoll", "_TestPicklingConnections",
    "TestInvalidHandle", "TestWait"],
    "test_asyncio.test_selector_events": [
        "SelectorTransportTests", "SelectorSocketTransportTests",
        "SelectorSocketTransportBufferedProtocolTests"]}
TEST = re.compile(r"^\s*(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)


def lines():
    return (ROOT / "docs/conformance.md").read_text(encoding="utf-8").splitlines()


def tables():
    """Returns {module: [(test, verdict, counterpart, reason), ...]}."""
    found, rows = {}, None
    for line in lines():
        if line.startswith("## "):
            rows = found.setdefault(line[3:].strip(), [])
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if rows is not None and len(cells) == 4 and cells[1] in VERDICTS:
            rows.append(tuple(cells))
    return {module: rows for module, rows in found.items() if rows}


def existing_tests():
    found = set()
    for folder in ["pirn", "apps", "tests"]:
        for path in (ROOT / folder).rglob("*_test.cpp"):
            found |= {f"{suite}.{name}" for suite, name in TEST.findall(path.read_text("utf-8"))}
    return found


class Conformance(unittest.TestCase):
    def test_every_module_has_its_table(self):
        self.assertEqual(list(tables()), MODULES)

    def test_the_counts_at_the_top_are_right(self):
        counts = {module: [sum(row[1] == verdict for row in rows) for verdict in VERDICTS]
                  for module, rows in tables().items()}
        counts["all"] = [sum(each) for each in zip(*counts.values())]
        for name, count in counts.items():
            self.assertIn("| " + " | ".join([name, *map(str, count)]) + " |", lines())

    def test_every_row_says_what_it_must(self):
        tests = existing_tests()
        for module, rows in tables().items():
            for test, verdict, counterpart, reason in rows:
                with self.subTest(module=module, test=test):
                    if verdict != "same":
                        self.assertTrue(reason, "a reason is missing")
                    if verdict == "same":
                        self.assertNotEqual(counterpart, "-", "a counterpart is missing")
                    for name in filter(lambda each: each != "-", re.split(r"[,\s]+", counterpart)):
                        self.assertIn(name.strip("`"), tests)

    def test_every_test_of_the_modules_is_there_once(self):
        if not CPYTHON.is_dir():
            print("conformance_test: CPython's tests (libpython3.11-testsuite) are not installed: "
                  "whether the tables are complete is not checked", file=sys.stderr)
            return
        for module, rows in tables().items():
            with self.subTest(module=module):
                self.assertCountEqual([row[0] for row in rows],
                                      conformance_list.listed(CPYTHON, module, PARTS.get(module)))


if __name__ == "__main__":
    unittest.main()
