#!/usr/bin/env python3
"""The `pirn` command in a world that fails: TLS peers, closed folders, full disks, no route."""
import ctypes
import os
import re
import resource
import signal
import socket
import ssl
import subprocess
import time
import unittest
import urllib.error
import urllib.request

from command_kit import PATIENCE_S, InFolder, Outcome, RawServer, reply, reset, run, start

DRIVERS = ("io_uring", "epoll")
PR_SET_SECUREBITS = 28
SECBIT_NOROOT = 1


def without_root_powers():
    """From here on permissions hold for root too, if that is who runs the test."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(PR_SET_SECUREBITS, SECBIT_NOROOT) != 0:
        raise OSError("prctl(PR_SET_SECUREBITS)")


class Faults(InFolder):
    def get(self, *urls, **options):
        return run("get", "--retries", "0", "-o", self.out, *urls, **options)

    def assert_the_rest_went_on(self, outcome, failed, *reasons):
        """One of two URLs has failed, and says why."""
        self.assertEqual(outcome.status, 1, outcome)
        line = next(line for line in outcome.out.splitlines() if failed in line)
        for reason in reasons:
            self.assertIn(reason, line)
        self.assertIn("2 URLs: 1 ok, 1 failed", outcome.out)
        self.assertEqual(self.names(), ["good"])

    def serve(self, *arguments, **options):
        process = start("serve", "-b", "127.0.0.1:0", *arguments, **options)
        self.addCleanup(process.kill)
        return process, int(re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())[1])

    def stop(self, process):
        process.send_signal(signal.SIGINT)
        outcome = Outcome(process)
        self.assertEqual(outcome.status, 130, outcome)
        return outcome


def answer_good(connection, _):
    connection.sendall(reply(b"good"))


class Tls(Faults):
    def tls_server(self):
        """openssl's own server on a free port."""
        key, certificate = self.folder / "key", self.folder / "certificate"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=localhost",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        server = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-key",
                                   key, "-cert", certificate], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        for line in server.stdout:
            if found := re.match(r"ACCEPT 127\.0\.0\.1:(\d+)", line):
                return int(found[1])
        self.fail("openssl s_server did not start")

    def test_plain_http_to_a_tls_server(self):
        port = self.tls_server()
        for driver in DRIVERS:
            with self.subTest(driver=driver), RawServer(answer_good) as good:
                url = f"http://127.0.0.1:{port}/file"
                outcome = self.get(url, good.url("/good"), "--driver", driver)
                self.assert_the_rest_went_on(outcome, url, f"response from 127.0.0.1:{port}: ")

    def test_tls_to_a_plain_server(self):
        (self.folder / "file").write_text("as usual")
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                process, port = self.serve(self.folder, "--driver", driver)
                with socket.create_connection(("127.0.0.1", port), timeout=30) as peer:
                    with self.assertRaises(ssl.SSLError):
                        ssl._create_unverified_context().wrap_socket(peer)
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/file") as answer:
                    self.assertEqual(answer.read(), b"as usual")
                self.stop(process)


class Places(Faults):
    def setUp(self):
        super().setUp()
        self.out.mkdir()

    def test_a_folder_that_may_not_be_written(self):
        self.out.chmod(0o555)
        for driver in DRIVERS:
            with self.subTest(driver=driver), RawServer(answer_good) as server:
                outcome = self.get(server.url(), "--driver", driver,
                                   preexec_fn=without_root_powers)
                self.assertEqual(outcome.status, 1, outcome)
                self.assertIn(f"{self.out}/file", outcome.out)
                self.assertIn("Permission denied", outcome.out)
                self.assertEqual(self.names(), [])

    def test_flags_into_a_folder_that_may_not_be_written(self):
        self.out.chmod(0o555)
        outcome = run("flags", "BR", "--dest", self.out / "flags", preexec_fn=without_root_powers)
        self.assertEqual(outcome.status, 1, outcome)
        self.assertRegex(outcome.err, rf"^pirn flags: make directory {self.out}/flags\S*: "
                                      "Permission denied\n$")

    def test_flags_onto_a_full_disk(self):
        """Where a file system may be mounted; what a limit of the file size does is tested too."""
        mount = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(self.out)]
        if subprocess.run(mount, capture_output=True).returncode != 0:
            self.skipTest("no right to mount")
        self.addCleanup(subprocess.run, ["umount", str(self.out)], check=True)
        for style in ("sequential", "threads", "async"):
            with self.subTest(style=style):
                folder = self.out / style
                outcome = run("flags", "--dest", folder, "--style", style, "--delay", "0.001")
                self.assertEqual(outcome.status, 1, outcome)
                saved = int(re.search(r"(\d+) flags? downloaded", outcome.out)[1])
                failed = int(re.search(r"(\d+) errors?\.", outcome.out)[1])
                self.assertEqual(saved + failed, 20)
                self.assertIn("No space left on device", outcome.out)
                names = self.names(folder)
                self.assertEqual(len(names), saved)
                self.assertTrue(all(name.endswith(".gif") for name in names), names)
                for name in names:
                    (folder / name).unlink()

    def test_a_file_that_may_not_be_read(self):
        (self.out / "closed").write_text("secret")
        (self.out / "closed").chmod(0)
        (self.out / "open").write_text("as usual")
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                process, port = self.serve(self.out, "--driver", driver,
                                           preexec_fn=without_root_powers)
                with self.assertRaisesRegex(urllib.error.HTTPError, "403"):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/closed")
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/open") as answer:
                    self.assertEqual(answer.read(), b"as usual")
                self.stop(process)


class Hosts(Faults):
    def test_an_address_without_a_route(self):
        """The kernel connects to no broadcast address: no packet leaves."""
        for driver in DRIVERS:
            with self.subTest(driver=driver), RawServer(answer_good) as good:
                url = "http://255.255.255.255:9/file"
                outcome = self.get(url, good.url("/good"), "--driver", driver)
                self.assert_the_rest_went_on(
                    outcome, url, "connect 255.255.255.255:9: Network is unreachable")

    def test_a_name_that_does_not_resolve(self):
        """A label has at most 63 letters: nobody is asked."""
        with RawServer(answer_good) as good:
            url = f"http://{'a' * 64}/file"
            self.assert_the_rest_went_on(self.get(url, good.url("/good")), url,
                                         f"resolve {'a' * 64}: ")

    def test_a_client_that_breaks_off(self):
        (self.folder / "large").write_bytes(b"x" * 50_000_000)
        (self.folder / "small").write_text("as usual")
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                process, port = self.serve(self.folder, "--driver", driver)
                peer = socket.create_connection(("127.0.0.1", port))
                peer.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")
                self.assertTrue(peer.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n"))
                reset(peer)
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/small") as answer:
                    self.assertEqual(answer.read(), b"as usual")
                lines = self.stop(process).err.splitlines()
                self.assertIn("127.0.0.1 GET /large 200 (cut short)", lines)
                self.assertIn("127.0.0.1 GET /small 200", lines)


class Leaks(Faults):
    """What misbehaving peers leave behind in a process that goes on: nothing."""

    def descriptors(self, process):
        return len(os.listdir(f"/proc/{process.pid}/fd"))

    def test_a_server_keeps_nothing_of_bad_clients(self):
        (self.folder / "large").write_bytes(b"x" * 20_000_000)
        large = b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n"
        bad = (b"\x16\x03\x01\x02\x00\x01", b"GET", b"\0" * 100, large, large + b"GET / HT",
               b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                process, port = self.serve(self.folder, "-q", "--driver", driver)
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                    answer.read()
                for _ in range(20):
                    clients = []
                    for text in bad:
                        peer = socket.create_connection(("127.0.0.1", port))
                        peer.sendall(text)
                        clients.append(peer)
                    for peer in clients[::2]:
                        reset(peer)
                    for peer in clients[1::2]:
                        peer.close()
                # A server that leaks would hold on to 120 connections.
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                    answer.read()
                deadline = time.monotonic() + PATIENCE_S
                while self.descriptors(process) > 20 and time.monotonic() < deadline:
                    os.sched_yield()
                self.assertLessEqual(self.descriptors(process), 20)
                self.stop(process)

    def test_a_client_keeps_nothing_of_bad_servers(self):
        def answer(connection, request):
            if request.number % 3 == 0:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")
            elif request.number % 3 == 1:
                connection.sendall(reply(b"x" * 1000)[:-1])
            else:
                reset(connection)
            return False

        def few_descriptors():
            resource.setrlimit(resource.RLIMIT_NOFILE, (48, 48))

        for driver in DRIVERS:
            with self.subTest(driver=driver), RawServer(answer) as server:
                urls = [server.url(f"/{i}") for i in range(150)]
                outcome = self.get("-j", "4", "--driver", driver, *urls,
                                   preexec_fn=few_descriptors)
                self.assertEqual(outcome.status, 1, outcome)
                self.assertIn("150 URLs: 0 ok, 150 failed", outcome.out)
                self.assertNotIn("Too many open files", outcome.out)
                self.assertEqual(self.names(), [])


if __name__ == "__main__":
    unittest.main()
