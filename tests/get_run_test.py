#!/usr/bin/env python3
"""`pirn get` from end to end: its input, limits, files and reports; and against nginx."""
import json
import os
import resource
import signal
import socket
import subprocess
import threading
import unittest

from command_kit import Outcome, RawServer, free_port, reply, run, start
from get_kit import LARGE, Get


class Input(Get):
    def test_urls_come_from_a_file(self):
        with RawServer(lambda it, request: it.sendall(reply(request.path.encode()))) as server:
            urls = self.folder / "urls"
            urls.write_text(f"# two\n\n  {server.url('/a')}\r\n{server.url('/b')}")
            outcome = self.get("-i", urls, server.url("/c"))
        self.assertEqual(outcome.status, 0, outcome)
        self.assertEqual(self.names(), ["a", "b", "c"])

    def test_urls_come_through_a_pipe_one_by_one(self):
        for driver in ("io_uring", "epoll"):
            with self.subTest(driver=driver), RawServer(
                lambda it, request: it.sendall(reply(b"x"))
            ) as server:
                process = start("get", "--driver", driver, "-o", self.out, "-i", "-",
                                stdin=subprocess.PIPE)
                for count in range(1, 4):
                    process.stdin.write(server.url(f"/{count}") + "\n")
                    process.stdin.flush()
                    server.wait_for_requests(count)  # before the next is written
                self.assertEqual(Outcome(process).status, 0)
                self.assertEqual(self.names(), ["1", "2", "3"])

    def test_ctrl_c_ends_the_wait_for_a_pipe(self):
        for driver in ("io_uring", "epoll"):
            with self.subTest(driver=driver), RawServer(
                lambda it, request: it.sendall(reply(b"x"))
            ) as server:
                process = start("get", "--driver", driver, "-o", self.out, "-i", "-",
                                stdin=subprocess.PIPE)
                process.stdin.write(server.url() + "\n")
                process.stdin.flush()
                server.wait_for_requests(1)
                process.send_signal(signal.SIGINT)
                process.wait(timeout=30)
                self.assertEqual(process.returncode, 130)
                Outcome(process)

    def test_an_input_that_is_not_there(self):
        outcome = self.get("-i", self.folder / "nowhere")
        self.assertEqual(outcome.status, 1)
        self.assertIn("nowhere: No such file or directory", outcome.err)

    def test_no_url(self):
        outcome = self.get()
        self.assertEqual(outcome.status, 2)
        self.assertIn("*** Usage error: no URL", outcome.err)


class Limits(Get):
    def most_at_once(self, *limits):
        def answer(connection, request):
            # The first wave waits until it is complete, so that the limit is reached for certain.
            if request.number < wave:
                server.wait_for_requests(wave)
            connection.sendall(reply(b"x"))

        wave = int(min(limits[1::2], key=int))
        with RawServer(answer) as server:
            outcome = self.get(*limits, *(server.url(f"/{i}") for i in range(40)))
        self.assertEqual(outcome.status, 0, outcome)
        return server.most_at_once

    def test_jobs(self):
        self.assertEqual(self.most_at_once("-j", "3", "--per-host", "9"), 3)

    def test_per_host(self):
        self.assertEqual(self.most_at_once("-j", "30", "--per-host", "4"), 4)

    def test_a_busy_host_does_not_hold_up_the_others(self):
        release = threading.Event()
        self.addCleanup(release.set)

        def slow(connection, _):
            release.wait()
            connection.sendall(reply(b"slow"))

        def quick(connection, _):
            release.set()
            connection.sendall(reply(b"quick"))

        with RawServer(slow) as busy, RawServer(quick) as idle:
            urls = [busy.url(f"/{i}") for i in range(10)] + [idle.url("/quick")]
            outcome = self.get("-j", "3", "--per-host", "2", *urls)
        self.assertEqual(outcome.status, 0, outcome)
        self.assertEqual(len(self.names()), 11)


class Disk(Get):
    def test_the_directory_cannot_be_made(self):
        (self.folder / "file").write_text("")
        outcome = run("get", "http://127.0.0.1/x", "-o", self.folder / "file" / "below")
        self.assertEqual(outcome.status, 1)
        self.assertIn(f"make directory {self.folder}/file/below: Not a directory", outcome.err)

    def test_the_name_is_a_directory(self):
        (self.out / "taken").mkdir(parents=True)
        with RawServer(lambda it, _: it.sendall(reply(b"x"))) as server:
            outcome = self.get(server.url("/taken"), server.url("/free"))
        self.assertEqual(outcome.status, 1)
        self.assertIn("taken: Is a directory", outcome.out)
        self.assertEqual(self.names(), ["free"])
        self.assertEqual(len(server.requests), 2)  # no retry helps here

    def test_a_full_disk(self):
        """A file system of 64 KiB where that may be mounted; else a limit of the file size."""
        self.out.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(self.out)]
        mounted = subprocess.run(mount, capture_output=True).returncode == 0
        if mounted:
            self.addCleanup(subprocess.run, ["umount", str(self.out)], check=True)
            limit, reason = None, "No space left on device"
        else:
            limit, reason = limit_file_size, "File too large"
        body = {"/small": b"x" * 1000, "/large": LARGE}
        with RawServer(lambda it, request: it.sendall(reply(body[request.path]))) as server:
            urls = server.url("/large"), server.url("/small")
            outcome = self.get("-j", "1", *urls, preexec_fn=limit)  # one after the other
        self.assertEqual(outcome.status, 1, outcome)
        self.assertIn(f"failed    {server.url('/large')}: write", outcome.out)
        self.assertIn(reason, outcome.out)
        self.assertEqual(self.names(), ["small"])


def limit_file_size():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, 64 * 1024))


class Reports(Get):
    def test_json(self):
        def answer(connection, request):
            status = "200 OK" if request.path == "/a" else "404 Not Found"
            connection.sendall(reply(b"four", status))

        with RawServer(answer) as server:
            outcome = self.get("--json", server.url("/a"), server.url('/b"'))
        report = json.loads(outcome.out)
        self.assertEqual(outcome.err, "")
        self.assertEqual((report["ok"], report["failed"], report["given_up"]), (1, 1, 0))
        self.assertEqual(report["bytes"], 4)
        good, bad = sorted(report["urls"], key=lambda each: each["result"], reverse=True)
        self.assertEqual(good.pop("elapsed_s") >= 0, True)
        self.assertEqual(good, {
            "url": server.url("/a"), "result": "ok", "file": f"{self.out}/a", "bytes": 4,
            "resumed_from": 0, "status": 200, "attempts": 1, "error": None})
        self.assertEqual((bad["file"], bad["result"]), (None, "failed"))

    def test_json_of_nothing(self):
        (self.folder / "empty").write_text("")
        report = json.loads(self.get("--json", "-i", self.folder / "empty").out)
        self.assertEqual(report["urls"], [])

    def test_quiet_prints_failures_on_standard_error(self):
        with RawServer(lambda it, request: it.sendall(reply(status="404 Not Found"))) as server:
            outcome = self.get("-q", server.url())
        self.assertEqual((outcome.status, outcome.out), (1, ""))
        self.assertEqual(outcome.err, f"pirn get: {server.url()}: 404 Not Found\n")


class AgainstNginx(Get):
    """A server that is in use everywhere."""

    CONFIGURATION = """daemon off; master_process off; pid {0}/pid; error_log {0}/errors;
events {{}}
http {{
  log_format plain '$status $request_uri'; access_log {0}/access plain;
  client_body_temp_path {0}/t; proxy_temp_path {0}/t; fastcgi_temp_path {0}/t;
  uwsgi_temp_path {0}/t; scgi_temp_path {0}/t;
  server {{ listen 127.0.0.1:{1}; root {0}/root; location /refused {{ return 403; }} }}
}}
"""

    def setUp(self):
        super().setUp()
        self.root = self.folder / "root"
        self.root.mkdir()
        self.port = free_port()
        configuration = self.folder / "nginx.conf"
        configuration.write_text(self.CONFIGURATION.format(self.folder, self.port))
        command = ["nginx", "-p", self.folder, "-e", self.folder / "errors", "-c", configuration]
        path = os.environ["PATH"] + ":/usr/sbin"
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL,
                                  env={**os.environ, "PATH": path})
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        while server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except ConnectionRefusedError:
                os.sched_yield()
        self.fail("nginx ended at once: " + (self.folder / "errors").read_text())

    def url(self, name):
        return f"http://127.0.0.1:{self.port}/{name}"

    def test_many_files(self):
        names = [f"f{i}" for i in range(500)]
        for i, name in enumerate(names):
            (self.root / name).write_bytes(os.urandom(i * 300))
        (self.root / "large").write_bytes(os.urandom(20_000_000))
        urls = "\n".join(map(self.url, [*names, "large", "missing", "refused"]))
        for driver in ("io_uring", "epoll"):
            with self.subTest(driver=driver):
                (self.folder / "urls").write_text(urls)
                outcome = self.get("--driver", driver, "-j", "50", "--per-host", "50",
                                   "-i", self.folder / "urls")
                self.assertEqual(outcome.status, 1)
                self.assertIn("503 URLs: 501 ok, 2 failed", outcome.out)
                self.assertIn("404 Not Found", outcome.out)
                self.assertIn("403 Forbidden", outcome.out)
                self.assertEqual(self.names(), sorted([*names, "large"]))
                for name in [*names, "large"]:
                    self.assertEqual(self.content(name), (self.root / name).read_bytes(), name)

    def test_a_part_is_gone_on_with(self):
        body = os.urandom(3_000_000)
        (self.root / "file").write_bytes(body)
        status = (self.root / "file").stat()
        tag = f'"{int(status.st_mtime):x}-{status.st_size:x}"'
        self.out.mkdir()
        # What a power cut may leave behind what was synced.
        (self.out / "file.part").write_bytes(body[:1_000_000] + bytes(500_000))
        (self.out / "file.part.info").write_text(
            f"{self.url('file')}\n{tag}\n{len(body)}\n1000000\n")
        outcome = self.get(self.url("file"))
        self.assertEqual(outcome.status, 0, outcome)
        self.assertIn("gone on with after 976.6 KiB", outcome.out)
        self.assertEqual(self.names(), ["file"])
        self.assertEqual(self.content(), body)
        self.assertEqual((self.folder / "access").read_text(), "206 /file\n")

    def test_a_part_that_has_lost_bytes_is_not(self):
        (self.root / "file").write_bytes(LARGE)
        status = (self.root / "file").stat()
        tag = f'"{int(status.st_mtime):x}-{status.st_size:x}"'
        self.out.mkdir()
        (self.out / "file.part").write_bytes(b"?" * 1000)
        (self.out / "file.part.info").write_text(
            f"{self.url('file')}\n{tag}\n{len(LARGE)}\n1001\n")
        self.assertEqual(self.get(self.url("file")).status, 0)
        self.assertEqual(self.names(), ["file"])
        self.assertEqual(self.content(), LARGE)
        self.assertEqual((self.folder / "access").read_text(), "200 /file\n")

    def test_files_that_are_synced_are_the_same(self):
        contents = {f"file{i}": os.urandom(i * 20_000) for i in range(10)}
        for name, content in contents.items():
            (self.root / name).write_bytes(content)
        for driver in ("io_uring", "epoll"):
            outcome = self.get("--sync", "--driver", driver, *map(self.url, contents))
            self.assertEqual(outcome.status, 0, outcome)
            self.assertEqual(self.names(), sorted(contents))
            for name, content in contents.items():
                self.assertEqual(self.content(name), content)

    def test_a_part_of_an_older_version_is_not(self):
        (self.root / "file").write_bytes(LARGE)
        self.out.mkdir()
        (self.out / "file.part").write_bytes(b"old")
        (self.out / "file.part.info").write_text(
            f"{self.url('file')}\n\"old-tag\"\n{len(LARGE)}\n3\n")
        self.assertEqual(self.get(self.url("file")).status, 0)
        self.assertEqual(self.names(), ["file"])
        self.assertEqual(self.content(), LARGE)


if __name__ == "__main__":
    unittest.main()
