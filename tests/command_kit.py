"""What the end-to-end tests of the `pirn` command share: running it, and servers that misbehave."""
import fcntl
import os
import pathlib
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import termios
import threading
import time
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent
COMMAND = pathlib.Path(os.environ.get("PIRN_BUILD_DIR", SOURCE / "build/release")) / "bin/pirn"
PATIENCE_S = 60
if not COMMAND.exists():
    raise SystemExit(f"there is no {COMMAND}")


def default_sigint():
    """A background job of a shell ignores SIGINT, and would hand that down."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(*arguments, **options):
    """Starts the command with its output in pipes, as text."""
    settings = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "text": True,
        "preexec_fn": default_sigint,
        **options,
    }
    return subprocess.Popen([str(COMMAND), *map(str, arguments)], **settings)


class Outcome:
    """How a run of the command ended."""

    def __init__(self, process):
        self.out, self.err = process.communicate(timeout=PATIENCE_S)
        self.status = process.returncode

    def __repr__(self):
        return f"status {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def until_it_catches(process, number):
    """Waits until the program has a handler of its own for a signal."""
    latest = time.monotonic() + PATIENCE_S
    status = pathlib.Path(f"/proc/{process.pid}/status")
    while time.monotonic() < latest and process.poll() is None:
        caught = re.search(r"^SigCgt:\s*([0-9a-f]+)$", status.read_text(), re.MULTILINE)
        if int(caught[1], 16) >> (number - 1) & 1:
            return
        time.sleep(0.01)
    raise TimeoutError(f"process {process.pid} does not catch signal {number}")


def run(*arguments, **options):
    return Outcome(start(*arguments, **options))


class InFolder(unittest.TestCase):
    """A test case with a folder of its own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pirn-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.out = self.folder / "out"

    def names(self, folder=None):
        """The files below a folder, relative to it."""
        folder = folder or self.out
        found = (each for each in folder.rglob("*") if not each.is_dir())
        return sorted(each.relative_to(folder).as_posix() for each in found)


class Serving(InFolder):
    """A server prints where it listens; Ctrl-C ends it."""

    def serve(self, name, *arguments, **options):
        process = start(name, *arguments, **options)
        self.addCleanup(process.kill)
        first = process.stdout.readline()
        port = re.search(r"127\.0\.0\.1:(\d+)", first)
        self.assertIsNotNone(port, first)
        return process, int(port[1])

    def stop(self, process):
        process.send_signal(signal.SIGINT)
        outcome = Outcome(process)
        self.assertEqual(outcome.status, 130, outcome)
        return outcome


def free_port():
    """A port of 127.0.0.1 on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Request:
    """A request as a raw server has read it."""

    def __init__(self, head, number):
        lines = head.decode("latin-1").split("\r\n")
        self.number = number  # counted from 0 over all connections
        self.path = lines[0].split(" ")[1]
        fields = (line.split(": ", 1) for line in lines[1:] if line)
        self.fields = {name.lower(): value for name, value in fields}


class Connection(socket.socket):
    """A socket that says when an answer begins: the client may have it, and ask anew, at once."""

    answering = staticmethod(lambda: None)

    def sendall(self, data):
        self.answering()
        super().sendall(data)


class RawServer:
    """Answers each request by `answer(connection, request)`, which writes what it likes.

    It ends the connection when the answer says so by returning False. All requests are in
    `requests`; the highest number of them that waited for an answer at once in `most_at_once`.
    """

    def __init__(self, answer):
        self.answer = answer
        self.requests = []
        self.most_at_once = 0
        self.arrived = threading.Condition()
        self._unanswered = set()
        self._connections = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._connections:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for each in self._threads:
            each.join(PATIENCE_S)

    def url(self, path="/file"):
        return f"http://127.0.0.1:{self.port}{path}"

    def wait_for_requests(self, count):
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.requests) >= count, PATIENCE_S):
                raise TimeoutError(f"{len(self.requests)} requests came, {count} were expected")

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection = Connection(fileno=connection.detach())
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection):
        with connection:
            try:
                while self._serve_one(connection):
                    pass
            except OSError:
                pass  # the client has gone, or the test is over

    def _serve_one(self, connection):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = connection.recv(1)
            if not byte:
                return False
            head += byte
        with self.arrived:
            request = Request(head, len(self.requests))
            self.requests.append(request)
            self._unanswered.add(request)
            self.most_at_once = max(self.most_at_once, len(self._unanswered))
            self.arrived.notify_all()
        connection.answering = lambda: self._answered(request)
        try:
            return self.answer(connection, request) is not False
        finally:
            self._answered(request)

    def _answered(self, request):
        with self.arrived:
            self._unanswered.discard(request)


def reply(body=b"", status="200 OK", **fields):
    """A whole response; field names with underscores for hyphens."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def reset(connection):
    """Ends a connection with a reset instead of in order."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def unsent_bytes(connection):
    """How much of what was sent the other side has not taken yet."""
    return struct.unpack("i", fcntl.ioctl(connection, termios.TIOCOUTQ, b"\0\0\0\0"))[0]
