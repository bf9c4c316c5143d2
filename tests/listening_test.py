#!/usr/bin/env python3
"""The servers of the `pirn` command: sockets that they are started with, limits, TLS, datagrams."""
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
import unittest
import urllib.request

from certificates_kit import Authority
from command_kit import COMMAND, PATIENCE_S, Outcome, Serving, default_sigint, run, start

DRIVERS = ("io_uring", "epoll")


class Activated(Serving):
    """Started as systemd starts a service with sockets."""

    def activate(self, sockets, *arguments):
        """Starts the command with sockets from 3 on; LISTEN_PID is set by a shell, which it replaces."""
        def pass_on():
            default_sigint()
            copies = [os.dup2(each.fileno(), 100 + number) for number, each in enumerate(sockets)]
            for number, copy in enumerate(copies):
                os.dup2(copy, 3 + number)
        script = 'LISTEN_PID=$$ LISTEN_FDS=%d exec "$@"' % len(sockets)
        process = subprocess.Popen(
            ["sh", "-c", script, "sh", str(COMMAND), *map(str, arguments)], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            close_fds=False, preexec_fn=pass_on)
        self.addCleanup(process.kill)
        return process

    def test_a_listening_socket_is_served_whatever_the_address(self):
        (self.folder / "file").write_text("hello")
        for driver in DRIVERS:
            for workers in ("1", "2"):
                with self.subTest(driver=driver, workers=workers), \
                        socket.create_server(("127.0.0.1", 0)) as listener:
                    port = listener.getsockname()[1]
                    early = socket.create_connection(("127.0.0.1", port))  # before it has started
                    process = self.activate([listener], "serve", self.folder, "-q", "--driver", driver,
                                            "-w", workers)
                    self.assertIn(f"http://127.0.0.1:{port}/", process.stdout.readline())
                    with early:
                        early.sendall(b"GET /file HTTP/1.0\r\n\r\n")
                        self.assertTrue(early.makefile("rb").read().endswith(b"\r\n\r\nhello"))
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/file") as answer:
                        self.assertEqual(answer.read(), b"hello")
                    self.stop(process)

    def test_a_unix_socket_is_served_too(self):
        path = str(self.folder / "socket")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            process = self.activate([listener], "echo")
            self.assertIn(f"unix:{path}", process.stdout.readline())
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(path)
                peer.sendall(b"x")
                self.assertEqual(peer.recv(1), b"x")
            self.stop(process)

    def test_what_does_not_listen_is_refused(self):
        with socket.socket() as unbound:
            outcome = Outcome(self.activate([unbound], "echo"))
        self.assertEqual((outcome.status, outcome.err),
                         (1, "pirn echo: listen on descriptor 3: Invalid argument\n"))

    def test_a_listening_socket_is_refused_with_datagrams(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            outcome = Outcome(self.activate([listener], "echo", "--udp"))
        self.assertEqual(outcome.status, 2, outcome)
        self.assertIn("--udp cannot take the socket", outcome.err)

    def test_several_sockets_are_refused(self):
        with socket.create_server(("127.0.0.1", 0)) as one, \
                socket.create_server(("127.0.0.1", 0)) as other:
            outcome = Outcome(self.activate([one, other], "echo"))
        self.assertEqual(outcome.status, 2, outcome)
        self.assertIn("started with 2 sockets", outcome.err)

    @unittest.skipUnless(shutil.which("systemd-socket-activate"), "there is no systemd here")
    def test_systemd_activates_it(self):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            ["systemd-socket-activate", "-l", f"127.0.0.1:{port}", str(COMMAND), "echo"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=default_sigint)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                peer = socket.create_connection(("127.0.0.1", port))
                break
            except ConnectionRefusedError:
                self.assertLess(time.monotonic(), until)
        with peer:
            peer.sendall(b"x")
            self.assertEqual(peer.recv(1), b"x")


class Service(Serving):
    """Managed as systemd manages a service: SIGTERM ends it, and it says how it goes."""

    def commands(self):
        unicode_data = self.folder / "data"
        unicode_data.write_text("0041;LATIN CAPITAL LETTER A;Lu;0;L;;;;;N;;;;0061;\n")
        return (("serve", self.folder, "-b"), ("echo",), ("echo", "--udp"),
                ("charfinder", "--source", unicode_data, "--no-cache", "--tcp"))

    def end(self, process, number):
        process.send_signal(number)
        outcome = Outcome(process)
        self.assertEqual(outcome.status, 128 + number, outcome)
        return outcome

    def test_sigterm_ends_it_as_ctrl_c_does(self):
        for command in self.commands():
            for driver in DRIVERS:
                for workers in ("1", "2"):
                    with self.subTest(command=command, driver=driver, workers=workers):
                        process, _ = self.serve(*command, "127.0.0.1:0", "--driver", driver, "-w",
                                                workers)
                        self.assertEqual(self.end(process, signal.SIGTERM).err, "")

    def test_a_second_sigterm_ends_it_at_once(self):
        (self.folder / "large").write_bytes(bytes(100_000_000))
        where = str(self.folder / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(where)
            manager.settimeout(PATIENCE_S)
            process, port = self.serve("serve", self.folder, "-b", "127.0.0.1:0", "-q",
                                       env={**os.environ, "NOTIFY_SOCKET": where})
            self.assertEqual(manager.recv(100), b"READY=1")
            with socket.create_connection(("127.0.0.1", port)) as peer:
                peer.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
                peer.recv(1)  # the answer is under way, and stays so
                process.send_signal(signal.SIGTERM)
                self.assertEqual(manager.recv(100), b"STOPPING=1")
                process.send_signal(signal.SIGTERM)
                self.assertEqual(Outcome(process).status, -signal.SIGTERM)

    def test_readiness_and_the_end_are_told(self):
        abstract = f"@pirn-notify-{os.getpid()}"
        for command in self.commands():
            for where in (str(self.folder / "notify"), abstract):
                with self.subTest(command=command, where=where), \
                        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                    manager.bind(where.replace("@", "\0"))
                    manager.settimeout(PATIENCE_S)
                    process = start(*command, "127.0.0.1:0", "-w", "2",
                                    env={**os.environ, "NOTIFY_SOCKET": where})
                    self.addCleanup(process.kill)
                    self.assertEqual(manager.recv(100), b"READY=1")
                    self.end(process, signal.SIGTERM)
                    self.assertEqual(manager.recv(100), b"STOPPING=1")
                    manager.setblocking(False)
                    with self.assertRaises(BlockingIOError):
                        manager.recv(100)
                (self.folder / "notify").unlink(missing_ok=True)

    def test_a_manager_that_has_gone_is_no_error(self):
        process, _ = self.serve("echo", "127.0.0.1:0",
                                env={**os.environ, "NOTIFY_SOCKET": "/none/notify"})
        self.assertEqual(self.end(process, signal.SIGTERM).err, "")


class Limits(Serving):
    def test_at_the_limit_others_wait(self):
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                process, port = self.serve("echo", "127.0.0.1:0", "--connections", "1", "--driver",
                                           driver)
                with socket.create_connection(("127.0.0.1", port)) as first:
                    first.sendall(b"1")
                    self.assertEqual(first.recv(1), b"1")
                    second = socket.create_connection(("127.0.0.1", port))
                    second.sendall(b"2")
                    second.settimeout(0.1)
                    with self.assertRaises(TimeoutError):
                        second.recv(1)
                with second:
                    second.settimeout(PATIENCE_S)
                    self.assertEqual(second.recv(1), b"2")
                self.stop(process)

    def test_a_silent_connection_is_ended(self):
        for arguments in (["echo", "127.0.0.1:0"], ["serve", self.folder, "-b", "127.0.0.1:0"]):
            with self.subTest(arguments=arguments):
                process, port = self.serve(*arguments, "--idle", "0.05")
                with socket.create_connection(("127.0.0.1", port)) as silent:
                    silent.settimeout(PATIENCE_S)
                    self.assertEqual(silent.recv(1), b"")
                self.stop(process)


class BehindProxy(Serving):
    """`pirn serve --behind-proxy`: the header of a proxy tells who the client is."""

    V2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([192, 0, 2, 1, 192, 0, 2, 2, 220, 4, 1, 187])
    V1 = b"PROXY TCP6 2001:db8::1 ::1 56324 443\r\n"

    def setUp(self):
        super().setUp()
        (self.folder / "file").write_text("hello")

    def ask(self, port, begin):
        with socket.create_connection(("127.0.0.1", port)) as peer:
            peer.sendall(begin + b"GET /file HTTP/1.0\r\n\r\n")
            return peer.makefile("rb").read()

    def test_who_is_named_is_logged(self):
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                process, port = self.serve("serve", self.folder, "-b", "127.0.0.1:0", "--behind-proxy",
                                           "--driver", driver)
                for begin in (self.V2, self.V1, b"PROXY UNKNOWN\r\n"):
                    self.assertTrue(self.ask(port, begin).endswith(b"\r\n\r\nhello"))
                with self.assertRaises(ConnectionResetError):  # what it sent is not read
                    self.ask(port, b"")
                lines = self.stop(process).err.splitlines()
                self.assertEqual(lines[:3], ["192.0.2.1 GET /file 200", "2001:db8::1 GET /file 200",
                                             "127.0.0.1 GET /file 200"])
                self.assertRegex(lines[3], "read a PROXY header from .*: there is none: Protocol error")

    @unittest.skipUnless(shutil.which("haproxy"), "there is no haproxy here")
    def test_haproxy_in_front(self):
        process, port = self.serve("serve", self.folder, "-b", "127.0.0.1:0", "--behind-proxy")
        for begin in ("send-proxy", "send-proxy-v2"):
            with self.subTest(begin=begin), socket.create_server(("127.0.0.1", 0)) as listener:
                (self.folder / "conf").write_text(
                    "defaults\n mode tcp\n timeout connect 9s\n timeout client 9s\n timeout server 9s\n"
                    f"listen front\n bind fd@{listener.fileno()}\n"
                    f" server pirn 127.0.0.1:{port} {begin}\n")
                front = subprocess.Popen(["haproxy", "-db", "-f", str(self.folder / "conf")],
                                         pass_fds=[listener.fileno()], stderr=subprocess.DEVNULL)
                with socket.create_connection(listener.getsockname(), PATIENCE_S) as peer:
                    peer.sendall(b"GET /file HTTP/1.0\r\n\r\n")
                    self.assertTrue(peer.makefile("rb").read().endswith(b"hello"))
                front.terminate()
                front.wait()
        self.assertEqual(self.stop(process).err, "127.0.0.1 GET /file 200\n" * 2)


class Echo(Serving):
    def test_echo_over_tls(self):
        authority = Authority(self.folder / "ca")
        certificate, key = authority.make("localhost")
        trust = ssl.create_default_context(cafile=str(authority.certificate))
        large = bytes(range(256)) * 1000
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                process, port = self.serve("echo", "127.0.0.1:0", "--tls-cert", certificate,
                                           "--tls-key", key, "--driver", driver)
                with socket.create_connection(("127.0.0.1", port)) as plain, \
                        trust.wrap_socket(plain, server_hostname="localhost") as peer:
                    peer.sendall(large)
                    received = b""
                    while len(received) < len(large):
                        received += peer.recv(65536)
                    self.assertEqual(received, large)
                self.stop(process)

    def test_what_is_for_connections_is_refused_with_datagrams(self):
        for option, value in (("--tls-cert", "none.pem"), ("--connections", "1"), ("--idle", "1")):
            outcome = run("echo", "--udp", option, value)
            self.assertEqual(outcome.status, 2, outcome)
            for each in (option, "--udp"):
                self.assertIn(each, outcome.err.splitlines()[0])


class Datagrams(Serving):
    """`pirn nc --udp`."""

    def test_the_input_is_sent_and_the_answer_put_out(self):
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                echo, port = self.serve("echo", "--udp", "127.0.0.1:0")
                process = start("nc", "-u", "localhost", port, "--driver", driver,
                                stdin=subprocess.PIPE)
                out, err = process.communicate("ping\n", timeout=PATIENCE_S)
                self.assertEqual((process.returncode, out), (0, "ping\n"), err)
                self.assertEqual(err, f"datagrams to 127.0.0.1:{port}\n")
                self.stop(echo)

    def test_who_listens_answers_the_first_who_sends(self):
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                process = start("nc", "-u", "-l", "0", "--driver", driver, stdin=subprocess.PIPE,
                                bufsize=0, text=False)
                self.addCleanup(process.kill)
                port = int(re.search(rb":(\d+)\n", process.stderr.readline())[1])
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
                    peer.settimeout(PATIENCE_S)
                    peer.connect(("127.0.0.1", port))
                    peer.send(b"hello")
                    self.assertEqual(process.stdout.read(5), b"hello")
                    process.stdin.write(b"who is there?")
                    self.assertEqual(peer.recv(100), b"who is there?")
                process.stdin.close()
                process.stdin = None
                self.stop(process)

    def test_what_does_not_go_with_it(self):
        for arguments in (["-u", "unix:/none"], ["-u", "-l", "-k", "0"], ["-u", "--tls", "localhost:1"]):
            self.assertEqual(run("nc", *arguments).status, 2, arguments)


if __name__ == "__main__":
    unittest.main()
