#!/usr/bin/env python3
"""`pirn hash` end to end: what sha256sum says, byte for byte, on every executor."""
import errno
import json
import os
import random
import re
import signal
import subprocess
import unittest

from command_kit import COMMAND, PATIENCE_S, InFolder, default_sigint

EXECUTORS = ("threads", "processes", "mpi", "inline")
ODD_NAMES = ["plain", "two words", "new\nline", "carriage\rreturn", "back\\slash", " leading",
             "it's", "é", b"\xff\xfe", "{}", "get", "a=b", "-v", "#", "*", "co:lon"]


def as_bytes(name):
    return name if isinstance(name, bytes) else name.encode()


class Said:
    """What a program said."""

    def __init__(self, finished):
        self.status = finished.returncode
        self.out = finished.stdout
        self.err = re.sub(rb"(?m)^(sha256sum|pirn hash): ", b"", finished.stderr)

    def __eq__(self, other):
        return vars(self) == vars(other)

    def __repr__(self):
        return f"status {self.status}\n{self.out!r}\n{self.err!r}"


class Hash(InFolder):
    def setUp(self):
        super().setUp()
        self.here = os.fsencode(self.folder)

    def write(self, name, content=b""):
        path = os.path.join(self.here, as_bytes(name))
        with open(path, "wb") as file:
            file.write(content)

    def said(self, program, arguments, stdin=b""):
        finished = subprocess.run([*program, *arguments], cwd=self.here, input=stdin,
                                  capture_output=True, timeout=PATIENCE_S,
                                  env={**os.environ, "LC_ALL": "C.UTF-8"})
        return Said(finished)

    def hash(self, *arguments, **options):
        return self.said([COMMAND, "hash"], arguments, **options)

    def same(self, *arguments, executors=("threads",), **options):
        """Both say the same. Returns: what."""
        theirs = self.said(["sha256sum"], arguments, **options)
        for executor in executors:
            with self.subTest(arguments=arguments, executor=executor):
                self.assertEqual(self.hash("--executor", executor, *arguments, **options), theirs)
        return theirs

    def list_of(self, *names):
        return self.said(["sha256sum", "--"], names).out


class Digests(Hash):
    def test_odd_names(self):
        for name in ODD_NAMES:
            self.write(name, b"in " + as_bytes(name))
        for options in ([], ["--tag"], ["--zero"], ["-b"], ["--text"], ["-z", "--tag"], ["-bt"],
                        ["-t", "--tag"]):
            said = self.same(*options, "--", *ODD_NAMES)
            self.assertEqual((said.status, said.err), (0, b""))

    def test_sizes_around_those_of_blocks(self):
        block = random.Random(1).randbytes(1024 * 1024 + 1)
        sizes = [0, 1, 55, 56, 63, 64, 65, 4096, 262143, 262144, 262145, len(block)]
        for size in sizes:
            self.write(str(size), block[:size])
        self.same(*map(str, sizes), executors=EXECUTORS)

    def test_many_files_come_in_their_order(self):
        names = [f"file {number}" for number in range(1000)]
        for name in names:
            self.write(name, name.encode() * 10)
        random.Random(2).shuffle(names)
        self.same(*names, executors=EXECUTORS)

    def test_jobs(self):
        for number in range(50):
            self.write(str(number), b"x" * number)
        names = [str(number) for number in range(50)]
        wanted = self.list_of(*names)
        for executor in ("threads", "processes"):
            for jobs in ("1", "3"):
                said = self.hash("-x", executor, "-j", jobs, *names)
                self.assertEqual((said.status, said.out, said.err), (0, wanted, b""))

    def test_what_cannot_be_read_does_not_keep_the_rest(self):
        self.write("a", b"a")
        self.write("z", b"z")
        os.mkdir(os.path.join(self.here, b"folder"))
        os.symlink(b"loop", os.path.join(self.here, b"loop"))
        said = self.same("a", "missing", "folder", "loop", "a/b", "new\nline", "it's gone", "",
                         "n" * 300, "z", executors=EXECUTORS)
        self.assertEqual(said.status, 1)
        self.assertEqual(len(said.out.splitlines()), 2)

    @unittest.skipIf(os.getuid() == 0, "root may read everything")
    def test_what_may_not_be_read(self):
        self.write("secret", b"x")
        os.chmod(os.path.join(self.here, b"secret"), 0)
        self.same("secret")

    def test_standard_input(self):
        self.write("a", b"a")
        for arguments in ([], ["-"], ["a", "-", "a"], ["-", "-"], ["--tag", "-"], ["--", "-"]):
            self.same(*arguments, stdin=b"standard input" * 100_000, executors=("threads",
                                                                               "processes"))

    def test_a_pipe_with_a_name(self):
        os.mkfifo(os.path.join(self.here, b"pipe"))
        with subprocess.Popen([COMMAND, "hash", "pipe"], cwd=self.here,
                              stdout=subprocess.PIPE) as process:
            with open(os.path.join(self.here, b"pipe"), "wb") as pipe:
                pipe.write(b"abc")
            out, _ = process.communicate(timeout=PATIENCE_S)
        self.assertTrue(out.startswith(b"ba7816bf"), out)

    def test_json(self):
        self.write("a", b"abc")
        said = self.hash("--json", "a", "missing")
        self.assertEqual((said.status, said.err), (1, b""))
        report = json.loads(said.out)
        self.assertEqual(list(report), ["files", "ok", "failed"])
        found, missing = report["files"]
        self.assertEqual(found, {"name": "a", "sha256": self.list_of("a")[:64].decode()})
        self.assertEqual(missing, {"name": "missing", "error": "No such file or directory"})
        self.assertEqual((report["ok"], report["failed"]), (1, 1))


class Check(Hash):
    def setUp(self):
        super().setUp()
        for name in ODD_NAMES:
            self.write(name, b"in " + as_bytes(name))
        self.good = self.list_of(*ODD_NAMES)
        self.digest = self.good[:64]

    def check(self, content, executors=("threads",)):
        """Compares on a list with that content, under each option. Returns: the statuses."""
        self.write("list", content)
        statuses = []
        for options in ([], ["--quiet"], ["--status"], ["--strict"], ["--warn"],
                        ["--ignore-missing"], ["--warn", "--quiet"], ["--status", "-w"],
                        ["--strict", "--ignore-missing", "--quiet"]):
            statuses.append(self.same("-c", *options, "list", executors=executors).status)
        self.same("--check", stdin=content)
        self.same("--check", "-", "list", stdin=content)
        return statuses

    def test_all_is_well(self):
        self.assertEqual(set(self.check(self.good, EXECUTORS)), {0})

    def test_every_form_of_a_list(self):
        for options in (["--tag"], ["-b"], ["-t"]):
            content = self.said(["sha256sum", *options, "--"], ODD_NAMES).out
            self.assertEqual(set(self.check(content)), {0})
        self.check(self.good.replace(b"\n", b"\r\n"))
        self.check(self.good.upper()[:64] + self.good[64:])
        self.check(self.good.rstrip(b"\n"))
        self.check(b"# a comment\n\n" + self.good + b"\n#\n")
        self.check(b" \t" + self.good)
        self.check(b"SHA256(plain)= " + self.digest)  # openssl dgst
        self.check(self.digest + b" plain\n" + self.digest + b" two words\n")  # sha256 -r
        self.check(self.digest + b" plain\n" + self.good)
        self.check(self.good + self.digest + b" plain\n")
        self.check(self.digest + b"\t plain")
        self.check(self.digest + b"  plain\0more\n")

    def test_what_does_not_match_or_is_not_there(self):
        content = self.good.replace(b"e", b"f", 1)
        self.check(content)
        self.check(content + b"0" * 64 + b"  missing\n" + b"0" * 64 + b"  .\n", EXECUTORS)
        self.check(b"0" * 64 + b"  missing\n")
        self.check(b"\\" + b"0" * 64 + b"  miss\\\\ing\\n\n")
        self.check((b"0" * 64 + b"  missing\n") * 3 + b"1" * 64 + b"  plain\n")

    def test_malformed_lines(self):
        bad = [b"nonsense", self.digest, self.digest + b" ", self.digest + b"  ",
               self.digest[:-1] + b"  plain", self.digest + b"0  plain", b"g" + self.digest[1:]
               + b"  plain", b"SHA256 plain", b"SHA256 (plain) = 12", b"SHA256 (plain = 12",
               b"MD5 (plain) = " + self.digest, b"SHA256 (plain) " + self.digest,
               b"SHA256 (plain) = " + self.digest + b" ", b"\\" + self.digest + b"  pl\\ain",
               b"\\" + self.digest + b"  plain\\", b"\\\\" + self.digest + b"  plain",
               b"SHA256 () = " + self.digest, b"SHA256  (plain) = " + self.digest, b"\0", b" "]
        for line in bad:
            self.check(line + b"\n")
            self.check(self.good + line + b"\n" + self.good)
        self.check(b"\n".join(bad) + b"\n" + self.good)
        self.check(b"")
        self.check(b"#\n\n")

    def test_lists_that_cannot_be_read(self):
        self.write("list", self.good)
        os.mkdir(os.path.join(self.here, b"folder"))
        self.assertEqual(self.same("-c", "missing", "folder", "list").status, 1)
        self.same("-c", "list", "list", "plain")

    def test_standard_input_in_a_list(self):
        content = self.digest + b"  -\n" + self.good
        self.write("list", content)
        self.same("-c", "list", stdin=b"in plain")
        self.same("-c", "-w", "-", stdin=content)

    def test_random_damage(self):
        seed = random.randrange(2**32)
        source = random.Random(seed)
        for _ in range(30):
            content = bytearray(self.good)
            for _ in range(source.randrange(1, 6)):
                at = source.randrange(len(content))
                content[at:at + source.randrange(2)] = bytes([source.choice(b" \n\\*()=\t0a#\r")])
            self.write("list", bytes(content))
            with self.subTest(seed=seed, content=bytes(content)):
                self.same("-c", "-w", "list")

    def test_json(self):
        self.write("list", self.good.splitlines(True)[0] + b"0" * 64 + b"  get\n"
                   + b"0" * 64 + b"  missing\nnonsense\n")
        said = self.hash("--json", "--check", "list")
        self.assertEqual(said.status, 1)
        report = json.loads(said.out)
        self.assertEqual([each["result"] for each in report["files"]],
                         ["ok", "mismatched", "unreadable"])
        self.assertIn(b"WARNING: 1 line is improperly formatted", said.err)

    def test_a_long_list_needs_little_memory(self):
        lines = 300_000
        self.write("list", self.list_of("plain") * lines)
        with subprocess.Popen([COMMAND, "hash", "-j", "2", "--quiet", "-c", "list"],
                              cwd=self.here) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        self.assertLess(usage.ru_maxrss, 60_000)  # KiB; the list has 21 million bytes


class Arguments(Hash):
    def test_wrong_ones(self):
        for arguments, problem in (
            (["--tag", "--text"], b"--tag does not support --text"),
            (["-c", "--tag"], b"--tag is meaningless"),
            (["-c", "-z"], b"--zero is not supported"),
            (["-c", "-b"], b"--binary and --text are meaningless"),
            (["--quiet"], b"--quiet is meaningful only with --check"),
            (["--status"], b"--status is meaningful only"),
            (["--strict"], b"--strict is meaningful only"),
            (["--warn"], b"--warn is meaningful only"),
            (["--ignore-missing"], b"--ignore-missing is meaningful only"),
            (["--json", "--tag"], b"--json"),
            (["--jobs", "2", "-x", "inline"], b"--jobs is for --executor threads"),
            (["--executor", "magic"], b"--executor: magic not in"),
            (["--jobs", "-1"], b"--jobs"),
            (["--nonsense"], b"--nonsense"),
        ):
            with self.subTest(arguments=arguments):
                said = self.hash(*arguments)
                self.assertEqual((said.status, said.out), (2, b""), said)
                self.assertIn(problem, said.err.splitlines()[0])

    def test_output_that_cannot_be_written(self):
        self.write("a")
        with open("/dev/full", "wb") as full:
            finished = subprocess.run([COMMAND, "hash", "a"], cwd=self.here, stdout=full,
                                      stderr=subprocess.PIPE, timeout=PATIENCE_S)
        self.assertEqual(finished.returncode, 1)
        self.assertIn(b"No space left on device", finished.stderr)


class CtrlC(Hash):
    """A worker is in the middle of a pipe, whose end is not in sight."""

    def members(self, group):
        """The processes of a group, without zombies."""
        found = subprocess.run(["ps", "-o", "stat=,args=", "-g", str(group)], capture_output=True,
                               text=True).stdout
        return [line for line in found.splitlines() if not line.startswith("Z")]

    def opened_pipe(self, process):
        """The writing end, once the process has opened the other one."""
        while process.poll() is None:
            try:
                return open(os.open(os.path.join(self.here, b"pipe"),
                                    os.O_WRONLY | os.O_NONBLOCK), "wb")
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
                os.sched_yield()
        self.fail(f"it has ended with {process.returncode}")

    def interrupt(self, executor):
        process = subprocess.Popen([COMMAND, "hash", "--executor", executor, "pipe", "small"],
                                   cwd=self.here, stdout=subprocess.DEVNULL,
                                   preexec_fn=default_sigint, start_new_session=True)
        with self.opened_pipe(process):
            os.killpg(process.pid, signal.SIGINT)
            status = process.wait(PATIENCE_S)
            self.assertEqual(self.members(process.pid), [])
        return status

    def test_ends_all(self):
        os.mkfifo(os.path.join(self.here, b"pipe"))
        self.write("small", b"abc")
        for executor in ("threads", "processes", "mpi"):
            with self.subTest(executor=executor):
                self.assertEqual(self.interrupt(executor), 130)
        self.assertEqual(self.interrupt("inline"), -signal.SIGINT)

    def test_while_it_waits_for_standard_input(self):
        process = subprocess.Popen([COMMAND, "hash"], stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, preexec_fn=default_sigint)
        with process.stdin:
            size = 1024 * 1024  # more than a pipe holds: it has been read when this returns
            process.stdin.write(b"x" * size)
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(PATIENCE_S), 130)


if __name__ == "__main__":
    unittest.main()
