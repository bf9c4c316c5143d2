#!/usr/bin/env python3
"""`pirn nc`: standard input and output as one end of a connection; connections that are joined."""
import re
import signal
import socket
import subprocess
import threading
import unittest

from certificates_kit import Authority
from command_kit import PATIENCE_S, Serving, run, start

LARGE = bytes(range(256)) * 4000


class Peer:
    """Takes one connection and talks as `talk(connection)` does."""

    def __init__(self, talk, family=socket.AF_INET, address=("127.0.0.1", 0)):
        self.listener = socket.socket(family)
        self.listener.bind(address)
        self.listener.listen()
        self.address = self.listener.getsockname()
        self.thread = threading.Thread(target=self._serve, args=(talk,))
        self.thread.start()

    def _serve(self, talk):
        with self.listener, self.listener.accept()[0] as connection:
            talk(connection)

    def join(self):
        self.thread.join(PATIENCE_S)


def read_to_end(connection):
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


def answer_after_the_end(connection):
    received = read_to_end(connection)
    connection.sendall(b"you sent %d bytes\n" % len(received))


class Nc(Serving):
    def listen(self, *arguments, **options):
        """Starts a listening nc; returns it and its port, once it listens."""
        process = start("nc", "-l", "0", *arguments, **options)
        self.addCleanup(process.kill)
        line = process.stderr.readline()
        if isinstance(line, bytes):
            line = line.decode()
        port = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", line)
        self.assertIsNotNone(port, line)
        return process, int(port[1])

    def nc(self, *arguments, given=b""):
        process = start("nc", *arguments, stdin=subprocess.PIPE, text=False)
        out, err = process.communicate(given, timeout=PATIENCE_S)
        return process.returncode, out, err

    def test_the_end_of_the_input_is_passed_on_and_the_answer_comes(self):
        for driver in ("io_uring", "epoll"):
            with self.subTest(driver=driver):
                peer = Peer(answer_after_the_end)
                port = peer.address[1]
                status, out, err = self.nc("127.0.0.1", port, "--driver", driver, given=LARGE)
                peer.join()
                self.assertEqual((status, out), (0, b"you sent %d bytes\n" % len(LARGE)))
                self.assertEqual(err, b"connected to 127.0.0.1:%d\n" % port)

    def test_the_connection_s_end_is_its_own_while_the_input_is_open(self):
        peer = Peer(lambda connection: connection.sendall(b"bye"))
        process = start("nc", "-q", f"localhost:{peer.address[1]}", stdin=subprocess.PIPE)
        self.addCleanup(process.stdin.close)
        self.assertEqual(process.wait(PATIENCE_S), 0)
        self.assertEqual((process.stdout.read(), process.stderr.read()), ("bye", ""))
        peer.join()

    def test_files_as_input_and_output(self):
        (self.folder / "in").write_bytes(LARGE)
        peer = Peer(lambda connection: connection.sendall(read_to_end(connection)[::-1]))
        with open(self.folder / "in", "rb") as source, open(self.folder / "out", "wb") as target:
            target.write(b"kept, ")
            target.flush()
            process = start("nc", "-q", "127.0.0.1", peer.address[1], stdin=source, stdout=target)
            self.assertEqual(process.wait(PATIENCE_S), 0)
        process.stderr.close()
        peer.join()
        self.assertEqual((self.folder / "out").read_bytes(), b"kept, " + LARGE[::-1])

    def test_a_unix_socket(self):
        path = str(self.folder / "socket")
        peer = Peer(answer_after_the_end, socket.AF_UNIX, path)
        status, out, _ = self.nc(f"unix:{path}", given=b"12345")
        peer.join()
        self.assertEqual((status, out), (0, b"you sent 5 bytes\n"))

    def test_listening_for_one_connection(self):
        process, port = self.listen(stdin=subprocess.PIPE, text=False, bufsize=0)
        with socket.create_connection(("127.0.0.1", port)) as peer:
            process.stdin.write(b"from nc")
            process.stdin.close()
            self.assertEqual(read_to_end(peer), b"from nc")
            peer.sendall(b"to nc")
        self.assertEqual(process.wait(PATIENCE_S), 0)
        self.assertEqual(process.stdout.read(), b"to nc")
        process.stdout.close()
        process.stderr.close()

    def test_listening_for_one_connection_after_the_other(self):
        process, port = self.listen("--keep")
        for text in (b"one ", b"two "):
            with socket.create_connection(("127.0.0.1", port)) as peer:
                peer.sendall(text)
        with socket.create_connection(("127.0.0.1", port)) as last:
            last.sendall(b"three")
            self.assertEqual(process.stdout.read(13), "one two three")
        self.stop(process)

    def test_a_proxy_joins_many_connections_at_once(self):
        echo, echo_port = self.serve("echo", "127.0.0.1:0")
        process, port = self.listen("--proxy", f"localhost:{echo_port}")
        peers = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        for number, peer in enumerate(peers):
            peer.sendall(b"%d" % number)
            peer.shutdown(socket.SHUT_WR)
        for number, peer in enumerate(peers):
            with peer:
                self.assertEqual(read_to_end(peer), b"%d" % number)
        outcome = self.stop(process)
        self.assertEqual(outcome.err.count("connection from 127.0.0.1:"), 20)
        self.stop(echo)

    def test_a_proxy_tells_of_whom_it_cannot_reach_and_goes_on(self):
        process, port = self.listen("--proxy", "127.0.0.1:1")
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", port)) as peer:
                self.assertEqual(read_to_end(peer), b"")
        self.assertEqual(self.stop(process).err.count("connect 127.0.0.1:1: Connection refused"), 2)

    def test_tls_before_a_plain_server_and_to_it(self):
        authority = Authority(self.folder / "ca")
        certificate, key = authority.make("localhost")
        peer = Peer(answer_after_the_end)
        process, port = self.listen("--tls-cert", certificate, "--tls-key", key, "--proxy",
                                    f"127.0.0.1:{peer.address[1]}")
        status, out, err = self.nc("--tls", "--ca-file", authority.certificate, "localhost", port,
                                   given=LARGE)
        peer.join()
        self.assertEqual((status, out), (0, b"you sent %d bytes\n" % len(LARGE)), err)
        status, _, err = self.nc("--tls", "localhost", port)
        self.assertEqual(status, 1)
        self.assertIn(b"nobody whom this system trusts", err)
        self.stop(process)

    def test_nobody_there(self):
        outcome = run("nc", "127.0.0.1", 1)
        self.assertEqual((outcome.status, outcome.err),
                         (1, "pirn nc: connect 127.0.0.1:1: Connection refused\n"))

    def test_wrong_arguments(self):
        for arguments in ([], ["nowhere"], ["127.0.0.1", "1", "2"], ["h:1", "--keep"],
                          ["-l", "a.name:1"], ["h", "70000"]):
            self.assertEqual(run("nc", *arguments).status, 2, arguments)

    def test_what_would_be_ignored_is_refused(self):
        for arguments, options in (
            (["--insecure", "localhost:1"], ("--insecure", "--tls")),
            (["--ca-file", "none.pem", "localhost:1"], ("--ca-file", "--tls")),
            (["--listen", "--tls", "0"], ("--tls", "--listen", "--proxy")),
        ):
            outcome = run("nc", *arguments)
            self.assertEqual(outcome.status, 2, outcome)
            for each in options:
                self.assertIn(each, outcome.err.splitlines()[0])

    def test_ctrl_c(self):
        peer = Peer(read_to_end)
        process = start("nc", "127.0.0.1", peer.address[1], stdin=subprocess.PIPE)
        self.addCleanup(process.stdin.close)
        self.assertIn("connected to", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(PATIENCE_S), 130)
        process.stdout.close()
        process.stderr.close()
        peer.join()


if __name__ == "__main__":
    unittest.main()
