#!/usr/bin/env python3
"""`pirn get` against servers that do all that servers do, right and wrong."""
import json
import os
import signal
import threading
import unittest

from command_kit import Outcome, RawServer, free_port, reply, reset, start, unsent_bytes
from get_kit import LARGE, TAG, Get, cut_first, ranged


class Bodies(Get):
    def test_each_way_to_frame_a_body(self):
        chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        chunks = chunked + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        until_close = b"HTTP/1.0 200 OK\r\n\r\nuntil the end"
        answers = {
            "/length": lambda it: it.sendall(reply(b"length")),
            "/empty": lambda it: it.sendall(reply()),
            "/none": lambda it: it.sendall(b"HTTP/1.1 204 No Content\r\n\r\n"),
            "/chunks": lambda it: it.sendall(chunks),
            "/close": lambda it: (it.sendall(until_close), False)[1],
            "/large": lambda it: it.sendall(reply(LARGE)),
            "/large-chunk": lambda it: it.sendall(
                chunked + b"%x\r\n" % len(LARGE) + LARGE + b"\r\n0\r\n\r\n"),
        }
        for driver in ("io_uring", "epoll"):
            with self.subTest(driver=driver):
                with RawServer(lambda it, request: answers[request.path](it)) as server:
                    urls = map(server.url, answers)
                    outcome = self.get("--driver", driver, *urls)
                self.assertEqual(outcome.status, 0, outcome)
                self.assertEqual(self.names(), sorted(name[1:] for name in answers))
                self.assertEqual(self.content("length"), b"length")
                self.assertEqual(self.content("empty"), b"")
                self.assertEqual(self.content("none"), b"")
                self.assertEqual(self.content("chunks"), b"abcde")
                self.assertEqual(self.content("close"), b"until the end")
                self.assertEqual(self.content("large"), LARGE)
                self.assertEqual(self.content("large-chunk"), LARGE)

    def test_redirections_are_followed_and_the_name_stays(self):
        def answer(connection, request):
            if request.path == "/file":
                connection.sendall(reply(status="302 Found", Location="/elsewhere/other"))
            else:
                connection.sendall(reply(request.path.encode()))

        with RawServer(answer) as server:
            outcome = self.get(server.url())
        self.assertEqual(outcome.status, 0, outcome)
        self.assertEqual(self.content(), b"/elsewhere/other")

    def test_names(self):
        with RawServer(lambda it, request: it.sendall(reply(request.path.encode()))) as server:
            paths = ["/", "/a/same", "/b/same", "/a%20b?c=d", "/%2e%2e%2fetc", "/x/"]
            outcome = self.get(*map(server.url, paths))
        self.assertEqual(outcome.status, 0, outcome)
        expected = ["index.html", "same", "same.1", "a b", ".._etc", "index.html.1"]
        self.assertEqual(self.names(), sorted(expected))
        self.assertEqual(self.content("same.1"), b"/b/same")


class Failures(Get):
    def fail_with(self, answer, *reasons, more=()):
        with RawServer(answer) as server:
            outcome = self.get("--retries", "0", *more, server.url())
            self.assert_failed(outcome, server.url(), *reasons)

    def test_a_status_is_named_and_the_rest_goes_on(self):
        def answer(connection, request):
            status = "404 Not Found" if request.path == "/missing" else "200 OK"
            connection.sendall(reply(b"body", status))

        with RawServer(answer) as server:
            outcome = self.get(server.url("/missing"), server.url("/there"))
            self.assertIn(f"failed    {server.url('/missing')}: 404 Not Found\n", outcome.out)
        self.assertEqual(outcome.status, 1)
        self.assertIn("2 URLs: 1 ok, 1 failed", outcome.out)
        self.assertEqual(self.names(), ["there"])
        self.assertEqual(len(server.requests), 2)

    def test_truncated_bodies(self):
        for size in (100, len(LARGE)):
            text = reply(LARGE[:size])

            def answer(connection, _, text=text):
                connection.sendall(text[:-50])
                return False

            with self.subTest(size=size):
                self.fail_with(answer, "response from 127.0.0.1", f"of {size} bytes")

    def test_reset_in_mid_body(self):
        def answer(connection, _):
            connection.sendall(reply(LARGE)[:1000])
            # The reset must not overtake what was sent: wait until the client has taken it.
            while unsent_bytes(connection):
                pass
            reset(connection)
            return False

        self.fail_with(answer, "Connection reset by peer")

    def test_a_peer_that_speaks_something_else(self):
        self.fail_with(lambda it, _: it.sendall(b"SSH-2.0-OpenSSH_9.2p1\r\n"), "response from")

    def test_a_peer_that_speaks_tls(self):
        alert = b"\x15\x03\x01\x00\x02\x02\x46"
        self.fail_with(lambda it, _: it.sendall(alert), "response from")

    def test_a_head_without_end(self):
        endless = b"HTTP/1.1 200 OK\r\n" + b"X-Filler: %s\r\n" % (b"x" * 1000) * 100
        self.fail_with(lambda it, _: it.sendall(endless), "response from")

    def test_a_length_that_is_none(self):
        two = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"
        self.fail_with(lambda it, _: it.sendall(two), "response from")

    def test_a_server_that_says_nothing(self):
        until_gone = lambda connection, _: connection.recv(1)
        self.fail_with(until_gone, "timed out", more=("--timeout", "0.2"))

    def test_a_server_that_stops_in_mid_body(self):
        def answer(connection, _):
            connection.sendall(reply(LARGE)[:1000])
            connection.recv(1)  # until the client has gone

        self.fail_with(answer, "timed out", more=("--timeout", "0.2"))

    def test_nobody_listens(self):
        url = f"http://127.0.0.1:{free_port()}/file"
        outcome = self.get("--retries", "0", url)
        self.assert_failed(outcome, url, "connect 127.0.0.1", "Connection refused")

    def test_urls_that_cannot_be_fetched(self):
        for url in ("no url", "ftp://host/file", "http://", "http://h:0/x", "https://127.0.0.1/x"):
            with self.subTest(url=url):
                self.assert_failed(self.get("--retries", "0", url), url)

    def test_redirections_in_a_circle(self):
        self.fail_with(lambda it, _: it.sendall(reply(status="302 Found", Location="/file")),
                       "too many redirections")

    def test_fail_early_gives_up_the_rest(self):
        release = threading.Event()
        self.addCleanup(release.set)

        def answer(connection, request):
            if request.path == "/slow":
                release.wait()
            else:
                server.wait_for_requests(2)
                connection.sendall(reply(status="403 Forbidden"))

        with RawServer(answer) as server:
            outcome = self.get("--fail-early", server.url("/slow"), server.url("/bad"))
            self.assert_failed(outcome, "403 Forbidden", f"given up  {server.url('/slow')}")
            release.set()


class Retries(Get):
    def test_what_may_pass_is_tried_again(self):
        def answer(connection, request):
            ok = request.number == 2
            connection.sendall(reply(b"x", "200 OK" if ok else "503 Service Unavailable"))

        with RawServer(answer) as server:
            outcome = self.get(server.url())
        self.assertEqual(outcome.status, 0, outcome)
        self.assertIn("3 attempts", outcome.out)

    def test_there_is_an_end_to_it(self):
        with RawServer(lambda it, _: it.sendall(reply(status="500 Oh"))) as server:
            outcome = self.get("--retries", "2", server.url())
        self.assert_failed(outcome, "500 Internal Server Error")
        self.assertEqual(len(server.requests), 3)

    def test_what_will_not_pass_is_not(self):
        with RawServer(lambda it, _: it.sendall(reply(status="410 Gone"))) as server:
            self.assert_failed(self.get(server.url()), "410 Gone")
        self.assertEqual(len(server.requests), 1)

    def test_retry_after_beyond_patience_is_a_failure_at_once(self):
        refusal = reply(status="503 Service Unavailable", Retry_After="3600")
        with RawServer(lambda it, _: it.sendall(refusal)) as server:
            self.assert_failed(self.get(server.url()), "asks to come back in 3600 s")
        self.assertEqual(len(server.requests), 1)

    def test_retry_after_is_waited_for(self):
        def answer(connection, request):
            first = request.number == 0
            status = "429 Too Many Requests" if first else "200 OK"
            connection.sendall(reply(b"", status, Retry_After="1"))

        with RawServer(answer) as server:
            outcome = self.get("--json", server.url())
        (result,) = json.loads(outcome.out)["urls"]
        self.assertEqual((result["result"], result["attempts"]), ("ok", 2))
        self.assertGreaterEqual(result["elapsed_s"], 1)

    def test_a_kept_connection_that_was_closed_is_replaced(self):
        def answer(connection, request):
            connection.sendall(reply(request.path.encode()))
            return False  # closes, although it did not say so

        with RawServer(answer) as server:
            outcome = self.get("-j", "1", *(server.url(f"/{i}") for i in range(20)))
        self.assertEqual(outcome.status, 0, outcome)
        self.assertEqual(len(self.names()), 20)


class Resuming(Get):
    def check_whole(self, outcome, body=LARGE):
        self.assertEqual(outcome.status, 0, outcome)
        self.assertEqual(self.names(), ["file"])
        self.assertEqual(self.content(), body)

    def test_a_broken_download_goes_on_where_it_broke(self):
        with RawServer(cut_first) as server:
            self.check_whole(self.get(server.url()))
        first = int(server.requests[1].fields["range"].removeprefix("bytes=").removesuffix("-"))
        self.assertGreater(first, 0)
        self.assertEqual(server.requests[1].fields["if-range"], TAG)

    def test_a_file_that_has_changed_is_fetched_anew(self):
        changed = LARGE[::-1]

        def answer(connection, request):
            if request.number == 0:
                return cut_first(connection, request)
            return ranged(connection, request, changed, '"v2"')

        with RawServer(answer) as server:
            self.check_whole(self.get(server.url()), changed)

    def test_a_file_that_has_become_small_is_fetched_anew(self):
        def answer(connection, request):
            if request.number == 0:
                return cut_first(connection, request)
            return ranged(connection, request, b"small", '"v2"')

        with RawServer(answer) as server:
            self.check_whole(self.get(server.url()), b"small")

    def test_a_server_that_sends_another_range_is_asked_for_everything(self):
        def answer(connection, request):
            if request.number != 1:
                return cut_first(connection, request)
            size = len(LARGE)
            where = f"bytes 5-{size - 1}/{size}"
            connection.sendall(reply(LARGE[5:], "206 Partial Content", Content_Range=where))

        with RawServer(answer) as server:
            self.check_whole(self.get(server.url()))
        self.assertNotIn("range", server.requests[2].fields)

    def test_without_a_validator_it_begins_again(self):
        def answer(connection, request):
            connection.sendall(reply(LARGE)[: None if request.number else -1])
            return False

        with RawServer(answer) as server:
            self.check_whole(self.get(server.url()))
        self.assertNotIn("range", server.requests[1].fields)

    def test_keep_partial_leaves_what_a_later_run_goes_on_with(self):
        with RawServer(cut_first) as server:
            outcome = self.get("--retries", "0", "--keep-partial", server.url())
            self.assertEqual(outcome.status, 1)
            self.assertEqual(self.names(), ["file.part", "file.part.info"])
            self.check_whole(self.get(server.url()))
        self.assertIn("range", server.requests[1].fields)

    def test_a_part_of_another_url_is_not_gone_on_with(self):
        with RawServer(cut_first) as server:
            self.get("--retries", "0", "--keep-partial", server.url("/a/file"))
            self.check_whole(self.get(server.url("/b/file")))
        self.assertNotIn("range", server.requests[1].fields)

    def test_ctrl_c_keeps_the_part_and_the_next_run_goes_on(self):
        def answer(connection, request):
            if request.number > 0:
                return ranged(connection, request)
            connection.sendall(reply(LARGE, ETag=TAG)[: len(LARGE) // 2])
            while unsent_bytes(connection):
                pass
            sent.set()
            connection.recv(1)  # until the client has gone
            return False

        sent = threading.Event()
        with RawServer(answer) as server:
            process = start("get", "-o", self.out, server.url())
            sent.wait()
            wait_for_growth(self.out / "file.part")
            process.send_signal(signal.SIGINT)
            outcome = Outcome(process)
            self.assertEqual(outcome.status, 130, outcome)
            self.assertIn(f"given up  {server.url()}", outcome.out)
            self.assertEqual(self.names(), ["file.part", "file.part.info"])
            self.check_whole(self.get(server.url()))
        self.assertIn("range", server.requests[1].fields)


def wait_for_growth(path):
    """Until there is something in a file: its writer has been told that the bytes are there."""
    while not (path.exists() and path.stat().st_size > 0):
        os.sched_yield()


if __name__ == "__main__":
    unittest.main()
