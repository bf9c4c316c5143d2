#!/usr/bin/env python3
"""The `pirn` command as a whole: help, man page, completions, and its small servers."""
import re
import signal
import socket
import subprocess
import unittest
import urllib.error
import urllib.request

from command_kit import SOURCE, InFolder, Outcome, Serving, free_port, run, start

SUBCOMMANDS = ["charfinder", "doctor", "echo", "flags", "get", "hash", "kv", "nc", "serve", "sim",
               "spin", "taxis"]
DRIVERS = ["io_uring", "epoll"]


def options_of(subcommand):
    """The long options that a subcommand's help lists, without those of a second spelling."""
    text = run(subcommand, "--help").out
    lines = re.findall(r"^  (-\S*--?[a-z].*?)(?:\s|$)", text.split("Options:")[1], re.MULTILINE)
    names = {name for line in lines for name in re.findall(r"--[a-z-]+(?=,|$|\{)", line)}
    return {re.sub(r"\{.*", "", name) for name in names}


class Help(unittest.TestCase):
    def test_the_version(self):
        outcome = run("--version")
        self.assertRegex(outcome.out, r"^pirn \d+\.\d+\.\d+\n$")
        self.assertEqual(outcome.status, 0)

    def test_the_help_lists_the_subcommands(self):
        outcome = run("--help")
        self.assertEqual(outcome.status, 0)
        for name in SUBCOMMANDS:
            self.assertRegex(outcome.out, rf"(?m)^  {name} +[A-Z]")

    def test_each_subcommand_has_help_that_fits_a_page(self):
        for name in SUBCOMMANDS:
            with self.subTest(name=name):
                outcome = run(name, "--help")
                self.assertEqual((outcome.status, outcome.err), (0, ""))
                self.assertIn(f"Usage: pirn {name}", outcome.out)
                self.assertLessEqual(max(map(len, outcome.out.splitlines())), 100)
                self.assertIn("Example", outcome.out)

    def test_no_subcommand_or_a_wrong_one(self):
        for arguments in ([], ["fly"]):
            outcome = run(*arguments)
            self.assertEqual((outcome.status, outcome.out), (2, ""))
            self.assertIn("*** Usage error: ", outcome.err)
            self.assertIn("Usage: pirn [OPTIONS] SUBCOMMAND", outcome.err)
        self.assertIn("there is no command 'fly'", outcome.err)

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "w") as full:
            outcome = run("spin", "-n", "0", stdout=full)
        self.assertEqual(outcome.status, 1)
        self.assertIn("standard output: No space left on device", outcome.err)

    def test_virtual_time_is_not_for_those_who_talk_to_the_world(self):
        for name in ("charfinder", "echo", "flags", "get", "hash", "kv", "nc", "serve"):
            outcome = run(name, env={"PIRN_DRIVER": "virtual"})
            self.assertEqual(outcome.status, 2, outcome)


class Documents(unittest.TestCase):
    def test_the_man_page_tells_of_every_option(self):
        page = (SOURCE / "man/pirn.1").read_text().replace("\\-", "-")
        for name in SUBCOMMANDS:
            self.assertIn(f".B pirn {name}\n", page)
            for option in options_of(name):
                self.assertRegex(page, rf"[\s\"P]{option}[\s,]", f"{option} of {name}")

    def complete(self, *words):
        script = (f"source '{SOURCE}/completions/pirn.bash'; COMP_WORDS=({' '.join(words)}); "
                  f"COMP_CWORD={len(words) - 1}; _pirn; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
        found = subprocess.run(["bash", "-eu", "-c", script], capture_output=True, text=True)
        self.assertEqual((found.returncode, found.stderr), (0, ""))
        return set(found.stdout.split())

    def test_completion_knows_every_option(self):
        self.assertEqual(self.complete("pirn", "''"), {*SUBCOMMANDS, "--help", "--version"})
        for name in SUBCOMMANDS:
            with self.subTest(name=name):
                self.assertEqual(self.complete("pirn", name, "--"), options_of(name))

    def test_completion_knows_values(self):
        self.assertEqual(self.complete("pirn", "flags", "--style", "s"), {"sequential"})
        self.assertEqual(self.complete("pirn", "get", "--driver", "e"), {"epoll"})
        self.assertEqual(self.complete("pirn", "get", "-j", "''"), set())
        self.assertEqual(self.complete("pirn", "sim", "g"), {"get"})
        self.assertEqual(self.complete("pirn", "taxis", "--style", "t"), {"tasks"})
        self.assertEqual(self.complete("pirn", "taxis", "-e", "''"), set())


class Servers(Serving):
    def test_echo(self):
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                process, port = self.serve("echo", "127.0.0.1:0", "--driver", driver)
                with socket.create_connection(("127.0.0.1", port)) as peer:
                    peer.sendall(b"x" * 100_000)
                    peer.shutdown(socket.SHUT_WR)
                    received = b""
                    while piece := peer.recv(65536):
                        received += piece
                    self.assertEqual(received, b"x" * 100_000)
                self.stop(process)

    def test_echo_of_datagrams(self):
        for driver in DRIVERS:
            for workers in ("1", "2"):
                with self.subTest(driver=driver, workers=workers):
                    process, port = self.serve("echo", "--udp", "127.0.0.1:0", "-w", workers,
                                               "--driver", driver)
                    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
                        peer.settimeout(10)
                        peer.connect(("127.0.0.1", port))
                        sent = {b"%d" % number * 10 for number in range(50)} | {b""}
                        for each in sent:
                            peer.send(each)
                        self.assertEqual({peer.recv(65536) for _ in sent}, sent)
                    self.stop(process)

    def test_echo_of_datagrams_needs_an_ip_address(self):
        outcome = run("echo", "--udp", "unix:/tmp/no-such-socket")
        self.assertEqual(outcome.status, 2, outcome)
        self.assertIn("--udp needs an IP address", outcome.err)

    def test_workers_share_a_port(self):
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                process, port = self.serve("echo", "127.0.0.1:0", "-w", "2", "--driver", driver)
                for _ in range(20):
                    with socket.create_connection(("127.0.0.1", port)) as peer:
                        peer.sendall(b"x")
                        self.assertEqual(peer.recv(1), b"x")
                self.stop(process)

    def test_echo_is_stopped_with_connections_open(self):
        process, port = self.serve("echo", "127.0.0.1:0")
        with socket.create_connection(("127.0.0.1", port)) as peer:
            peer.sendall(b"x")
            self.assertEqual(peer.recv(1), b"x")
            self.stop(process)

    def test_serve(self):
        (self.folder / "a b.txt").write_text("hello")
        (self.folder / "sub").mkdir()
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                process, port = self.serve("serve", self.folder, "-b", "127.0.0.1:0", "--driver",
                                           driver)
                base = f"http://127.0.0.1:{port}"
                with urllib.request.urlopen(f"{base}/a%20b.txt") as answer:
                    self.assertEqual(answer.read(), b"hello")
                with urllib.request.urlopen(f"{base}/") as answer:
                    self.assertIn(b"a%20b.txt", answer.read())
                with self.assertRaisesRegex(urllib.error.HTTPError, "403"):
                    urllib.request.urlopen(f"{base}/../secret")
                outcome = self.stop(process)
                self.assertEqual(outcome.err.splitlines(), [
                    "127.0.0.1 GET /a%20b.txt 200", "127.0.0.1 GET / 200",
                    "127.0.0.1 GET /../secret 403"])

    def test_serve_without_lists_and_logs(self):
        process, port = self.serve("serve", self.folder, "-b", "127.0.0.1:0", "--no-list", "-q")
        with self.assertRaisesRegex(urllib.error.HTTPError, "404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/")
        self.assertEqual(self.stop(process).err, "")

    def test_a_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            where = f"127.0.0.1:{other.getsockname()[1]}"
            for arguments in (["serve", self.folder, "-b", where], ["echo", where]):
                outcome = run(*arguments)
                self.assertEqual((outcome.status, outcome.err), (
                    1, f"pirn {arguments[0]}: listen on {where}: Address already in use\n"))

    def test_wrong_places(self):
        for arguments in (["serve", "-b", "nowhere"], ["echo", "127.0.0.1"]):
            self.assertEqual(run(*arguments).status, 2)
        outcome = run("serve", self.folder / "none", "-b", f"127.0.0.1:{free_port()}")
        self.assertEqual(outcome.status, 1)
        self.assertIn("none", outcome.err)

    def test_get_from_serve(self):
        (self.folder / "file").write_bytes(bytes(range(256)) * 4096)
        process, port = self.serve("serve", self.folder, "-b", "127.0.0.1:0", "-q")
        outcome = run("get", f"http://127.0.0.1:{port}/file", "-o", self.out)
        self.assertEqual(outcome.status, 0, outcome)
        self.assertEqual((self.out / "file").read_bytes(), (self.folder / "file").read_bytes())
        self.stop(process)


class Spin(unittest.TestCase):
    def test_the_answer_comes_after_the_spinner(self):
        outcome = run("spin", "-n", "0.05", "hard work", text=False)
        self.assertEqual(outcome.status, 0)
        self.assertTrue(outcome.out.startswith(b"\r| hard work"), outcome)
        self.assertTrue(outcome.out.endswith(b"\rAnswer: 42\n"), outcome)

    def test_ctrl_c_wipes_the_line(self):
        process = start("spin", "-n", "60", text=False)
        while process.stdout.read(1) != b"/":  # the second picture: it turns
            pass
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        self.assertTrue(out.endswith(b"\r"), out)


if __name__ == "__main__":
    unittest.main()
