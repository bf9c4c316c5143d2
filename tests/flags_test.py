#!/usr/bin/env python3
"""`pirn flags` end to end: the book's messages, six styles, their files, Ctrl-C, progress bars."""
import fcntl
import json
import os
import pty
import re
import resource
import shutil
import signal
import struct
import subprocess
import termios
import unittest

from command_kit import Outcome, RawServer, free_port, reply, run, start
from flags_kit import (KEYS, MOST_POPULOUS, REAL_STYLES, STYLES, Flags, available,
                       original)


class Styles(Flags):
    def test_all_styles_bring_the_same(self):
        outcome = self.flags()
        self.assertEqual(outcome.status, 0, outcome)
        self.assertIn("The 20 files of all 6 styles are byte-identical.\n", outcome.out)
        for style in STYLES:
            self.assert_originals(MOST_POPULOUS, self.out / style)
        head, *rows = outcome.out.split("\n\n")[-1].splitlines()
        self.assertEqual(re.split(r"  +", head), [
            "style", "files", "bytes", "not found", "errors", "elapsed", "simulated",
            "connections", "speed-up"])
        size = str(sum(len(original(code)) for code in MOST_POPULOUS))
        for style, connections, row in zip(STYLES, ("1", "20", "20", "5", "5", "5"), rows):
            cells = row.split()
            self.assertEqual(cells[:5], [style, "20", size, "0", "0"])
            self.assertEqual(cells[7], connections)
            self.assertEqual(cells[6] != "-", style == "virtual")
        self.assertTrue(rows[0].endswith("1.0x"))

    def test_every_code_is_accounted_for(self):
        codes = available()
        size = sum(len(original(code)) for code in codes)
        for style, each in self.reports("-e", "--delay", "0", "-m", "50").items():
            with self.subTest(style=style):
                self.assertEqual(each["downloaded"], len(codes))
                self.assertEqual(each["not_found"], 26 * 26 - len(codes))
                self.assertEqual(each["errors"], 0)
                self.assertEqual(each["bytes"], size)
                self.assert_originals(codes, self.out / style)

    def test_errors_are_counted_and_the_same_in_all_styles(self):
        reports = self.reports("-a", "-s", "ERROR", "-m", "50", "--seed", "7")
        counts = {tuple(each[key] for key in KEYS[1:5]) for each in reports.values()}
        self.assertEqual(len(counts), 1, reports)
        (downloaded, not_found, errors, _), = counts
        self.assertEqual(downloaded + not_found + errors, len(available()))
        self.assertGreater(errors, 0)
        self.assertEqual(len(self.names(self.out / "async")), downloaded)

    def test_another_seed_gives_other_errors(self):
        def errors(seed):
            output = self.flags("-e", "-v", "--style", "virtual", "-s", "ERROR", "--seed", seed)
            return {line for line in output.out.splitlines() if "error: HTTP error 503" in line}

        first = errors("1")
        self.assertEqual(first, errors("1"))
        self.assertNotEqual(first, errors("2"))
        self.assertIn(len(first), range(100, 240))  # a quarter of 676

    def test_virtual_time_is_simulated(self):
        """20 flags over 5 connections: four rounds of ten minutes."""
        report = self.reports("--style", "virtual", "--delay", "600")["virtual"]
        self.assertGreaterEqual(report["virtual_s"], 2400)
        self.assertLess(report["virtual_s"], 2401)
        self.assertLess(report["elapsed_s"], 60)

    def test_an_equal_seed_gives_an_equal_simulation(self):
        def virtual_s():
            return self.reports("-s", "ERROR", "--style", "virtual", "-e")["virtual"]["virtual_s"]

        self.assertEqual(virtual_s(), virtual_s())

    def test_with_country(self):
        for style in STYLES:
            with self.subTest(style=style):
                folder = self.folder / style
                outcome = self.flags("BR", "US", "AN", "--with-country", "--style", style,
                                     "--dest", folder)
                self.assertEqual(outcome.status, 0, outcome)
                self.assertEqual(self.names(folder), [
                    "Brazil-BR.gif", "Netherlands_Antilles-AN.gif", "United_States-US.gif"])
                self.assertEqual((folder / "Brazil-BR.gif").read_bytes(), original("BR"))

    def test_with_country_asks_twice_within_the_limit(self):
        def answer(connection, request):
            if request.number < 3:
                server.wait_for_requests(3)
            name = b'{"iso_cc": "XX", "country": "C\\u00f4te d\'Ivoire/.."}'
            connection.sendall(reply(name if request.path.endswith("json") else b"GIF"))

        with RawServer(answer) as server:
            outcome = self.flags("B", "-s", "remote", "--base-url", server.url("/x/"), "--style",
                                 "async", "-m", "3", "--with-country")
        self.assertEqual(outcome.status, 0, outcome)
        self.assertEqual(len(server.requests), 52)
        self.assertEqual(server.most_at_once, 3)
        self.assertIn("/x/ba/ba.gif", [each.path for each in server.requests])
        self.assertEqual(self.names()[0], "Côte_d'Ivoire_..-BA.gif")

    def test_the_limit_of_each_style_holds(self):
        for style, asked, most in (("sequential", "9", 1), ("threads", "4", 4), ("futures", "5", 5),
                                   ("processes", "3", 3), ("async", "6", 6)):
            def answer(connection, request):
                if request.number < most:
                    server.wait_for_requests(most)
                connection.sendall(reply(b"GIF"))

            with self.subTest(style=style), RawServer(answer) as server:
                self.flags("B", "--style", style, "-m", asked, "-s", "REMOTE", "--base-url",
                           server.url(""))
                self.assertEqual(len(server.requests), 26)
                self.assertEqual(server.most_at_once, most)

    def test_both_drivers(self):
        for driver in ("io_uring", "epoll"):
            with self.subTest(driver=driver):
                self.assertEqual(self.flags("--driver", driver).status, 0)


class Messages(Flags):
    def test_as_in_the_book(self):
        outcome = self.flags("b", "--style", "sequential")
        found = [code for code in available() if code.startswith("B")]
        lines = outcome.out.splitlines()
        self.assertRegex(lines[0], r"^LOCAL site: http://127\.0\.0\.1:\d+/flags$")
        self.assertEqual(lines[1:6], [
            "Searching for 26 flags: from BA to BZ",
            "1 concurrent connection will be used.",
            "-" * 20,
            f"{len(found)} flags downloaded.",
            f"{26 - len(found)} not found.",
        ])
        self.assertRegex(lines[6], r"^Elapsed time: \d+\.\d\ds$")

    def test_plurals(self):
        text = self.flags("br", "--style", "async").out
        self.assertIn("Searching for 1 flag: BR\n", text)
        self.assertIn("1 concurrent connection will be used.\n", text)
        self.assertIn("1 flag downloaded.\n", text)
        self.assertNotIn("not found.", text)
        text = self.flags("AA", "BR", "US", "--style", "threads", "--error-rate", "1").out
        self.assertIn("Searching for 3 flags: AA, BR, US\n", text)
        self.assertIn("3 concurrent connections will be used.\n", text)
        self.assertIn("0 flags downloaded.\n", text)
        self.assertIn("3 errors.\n", text)

    def test_verbose_lines(self):
        outcome = self.flags("AA", "BR", "--style", "async", "-v")
        site = r"http://127\.0\.0\.1:\d+/flags"
        self.assertRegex(outcome.out, rf"(?m)^AA not found: {site}/aa/aa\.gif$")
        self.assertRegex(outcome.out, r"(?m)^BR OK$")

    def test_futures_are_shown_in_each_state(self):
        result_types = {"futures": "flag_result", "processes": "fetched_flag"}
        for style, result_type in result_types.items():
            with self.subTest(style=style):
                outcome = self.flags("BR", "US", "AA", "--style", style, "-v", "-m", "1")
                self.assertEqual(outcome.status, 0, outcome)
                states = re.findall(r"(?m)^(\w\w) <future (.*)>$", outcome.out)
                finished = f"finished returned pirn::apps::{result_type}"
                for code in ("AA", "BR", "US"):
                    seen = [state for each, state in states if each == code]
                    self.assertEqual(seen[-1], finished, outcome)
                    self.assertEqual(len(set(seen)), len(seen))
                    self.assertLessEqual(set(seen), {"pending", "running", finished})
                self.assertIn("pending", [state for _, state in states])
                self.assertLess(outcome.out.index(f"BR <future {finished}>"),
                                outcome.out.index("BR OK"))

    def test_limit_takes_the_first_codes(self):
        self.assertIn("Searching for 3 flags: BD, BR, CD\n", self.flags("-l", "3").out)

    def test_all_are_those_that_there_are(self):
        text = self.flags("-a", "--style", "virtual").out
        codes = available()
        self.assertIn(f"Searching for {len(codes)} flags: from AD to ZW\n", text)
        self.assertIn(f"{len(codes)} flags downloaded.\n", text)
        self.assertNotIn("not found.", text)

    def test_the_sites_have_their_manners(self):
        report = self.reports("--style", "virtual", "-m", "1", "-s", "delay", "BR", "--delay", "3")
        self.assertGreaterEqual(report["virtual"]["virtual_s"], 3)
        for label, least, most in (("LOCAL", 0.1, 0.11), ("DELAY", 0.5, 0.51)):
            command = ("flags", "--json", "--style", "virtual", "-s", label, "BR")
            text = run(*command, "--dest", self.out).out
            virtual_s = json.loads(text)["styles"][0]["virtual_s"]
            self.assertGreaterEqual(virtual_s, least)
            self.assertLess(virtual_s, most)

    def test_json_has_its_fields_and_nothing_else_is_printed(self):
        outcome = self.flags("--json", "-v", "B")
        self.assertEqual(outcome.err, "")
        report = json.loads(outcome.out)
        self.assertEqual(list(report), ["styles"])
        self.assertEqual([each["style"] for each in report["styles"]], list(STYLES))
        for each in report["styles"]:
            self.assertEqual(list(each), KEYS)
            self.assertEqual(each["virtual_s"] is not None, each["style"] == "virtual")
            for key in KEYS[1:5] + KEYS[7:]:
                self.assertIsInstance(each[key], int)

    def test_wrong_arguments(self):
        for arguments, problem in (
            (["-l", "0"], "--limit N must be >= 1"),
            (["-m", "0"], "--max-req N must be >= 1"),
            (["-s", "MOON"], "--server LABEL must be one of DELAY, ERROR, LOCAL, REMOTE"),
            (["B1"], "each CC argument must be A to Z or AA to ZZ."),
            (["BRA"], "each CC argument must be A to Z or AA to ZZ."),
            (["-s", "REMOTE"], "--server REMOTE needs --base-url URL"),
            (["-s", "REMOTE", "--base-url", "ftp://x"], "--base-url: URL"),
            (["--base-url", "http://x"], "--base-url is for --server REMOTE"),
            (["-s", "REMOTE", "--base-url", "http://x", "--style", "virtual"], "--style virtual"),
            (["-s", "REMOTE", "--base-url", "http://x", "--delay", "1"], "--delay is for our own"),
            (["-s", "REMOTE", "--base-url", "http://x", "--error-rate", "0"], "--error-rate is for"),
            (["-x", "mpi", "--style", "async"], "--executor mpi is for --style processes"),
            (["--style", "fast"], "--style: fast not in"),
            (["--executor", "threads"], "--executor: threads not in"),
            (["--error-rate", "2"], "--error-rate R must be from 0 to 1"),
            (["--delay", "-1"], "--delay S must be"),
            (["--limit", "many"], "--limit"),
            (["--nonsense"], "--nonsense"),
        ):
            with self.subTest(arguments=arguments):
                outcome = run("flags", *arguments)
                self.assertEqual(outcome.status, 2, outcome)
                self.assertEqual(outcome.out, "")
                first, usage, *_ = outcome.err.splitlines()
                self.assertTrue(first.startswith("*** Usage error: "))
                self.assertIn(problem, first)
                self.assertTrue(usage.startswith("Usage: pirn flags"))


class Faults(Flags):
    def test_nobody_listens(self):
        for style in REAL_STYLES:
            with self.subTest(style=style):
                url = f"http://127.0.0.1:{free_port()}/flags"
                outcome = self.flags("BR", "-s", "REMOTE", "--base-url", url, "--style", style)
                self.assertEqual(outcome.status, 1)
                self.assertIn("1 error.\n    1 x error: connect 127.0.0.1", outcome.out)
                self.assertEqual(self.names(), [])

    def test_truncated_bodies(self):
        def answer(connection, _):
            connection.sendall(reply(b"GIF" * 100)[:-50])
            return False

        for style in REAL_STYLES:
            with self.subTest(style=style), RawServer(answer) as server:
                outcome = self.flags("BR", "US", "-s", "REMOTE", "--base-url", server.url(""),
                                     "--style", style)
                self.assertEqual(outcome.status, 1)
                self.assertIn("2 errors.", outcome.out)
                self.assertEqual(self.names(), [])

    def test_files_that_cannot_be_written(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

        # A pool of processes has a file in memory of its own, to which the limit applies.
        styles = [style for style in REAL_STYLES if style != "processes"]
        real = [(style, driver) for style in styles for driver in ("io_uring", "epoll")]
        for style, driver in [*real, ("virtual", "auto")]:
            with self.subTest(style=style, driver=driver):
                outcome = self.flags("BR", "US", "--style", style, "--driver", driver,
                                     preexec_fn=limit)
                self.assertEqual(outcome.status, 1)
                self.assertIn("2 errors.", outcome.out)
                self.assertIn("error: write", outcome.out)
                self.assertIn("File too large", outcome.out)
                self.assertEqual(self.names(), [])

    def test_a_directory_is_in_the_way(self):
        for style in STYLES:
            with self.subTest(style=style):
                folder = self.folder / style
                (folder / "BR.gif").mkdir(parents=True)
                outcome = self.flags("BR", "US", "--style", style, "--dest", folder)
                self.assertEqual(outcome.status, 1)
                self.assertIn("1 error.", outcome.out)
                self.assertIn("Is a directory", outcome.out)
                self.assertEqual(self.names(folder), ["US.gif"])

    def test_the_destination_cannot_be_made(self):
        self.out.write_text("a file")
        outcome = self.flags("--dest", self.out / "below")
        self.assertEqual(outcome.status, 1)
        self.assertEqual(outcome.err, f"pirn flags: make directory {self.out}/below/sequential: "
                                      "Not a directory\n")

    def test_there_are_no_flags(self):
        outcome = self.flags("--flags-dir", self.folder / "none")
        self.assertEqual(outcome.status, 1)
        self.assertIn("install famfamfam-flag-gif", outcome.err)


class CtrlC(Flags):
    def interrupt(self, style, wait_until, *arguments):
        process = start("flags", "--dest", self.out, "--style", style, *arguments)
        wait_until(process)
        process.send_signal(signal.SIGINT)
        outcome = Outcome(process)
        self.assertEqual(outcome.status, 130, outcome)
        self.assertFalse([name for name in self.names() if name.endswith(".part")])
        return outcome

    def test_after_the_first_flag_of_our_own_site(self):
        """The report is printed, and what it counts is there."""
        def first_line(process):
            while not process.stdout.readline().endswith(" OK\n"):
                pass

        for style in REAL_STYLES:
            with self.subTest(style=style):
                options = ("-a", "-v", "-m", "2", "--delay", "0.05")
                outcome = self.interrupt(style, first_line, *options)
                count = int(re.search(r"(\d+) flags? downloaded", outcome.out)[1])
                self.assertIn("not tried to the end.", outcome.out)
                self.assertIn("Elapsed time: ", outcome.out)
                self.assertRegex(outcome.out, rf"(?m)^{style} +{count} ")
                self.assertEqual(len(self.names()), count)
                shutil.rmtree(self.out)

    def test_while_all_connections_hang_in_mid_body(self):
        for style, connections in (("sequential", 1), ("threads", 4), ("futures", 4),
                                   ("processes", 4), ("async", 4)):
            def answer(connection, _):
                connection.sendall(reply(b"GIF" * 100)[:-50])
                connection.recv(1)  # until the client has gone
                return False

            with self.subTest(style=style), RawServer(answer) as server:
                outcome = self.interrupt(
                    style, lambda _: server.wait_for_requests(connections), "-e", "-m",
                    connections, "-s", "REMOTE", "--base-url", server.url(""), "--json")
                (report,) = json.loads(outcome.out)["styles"]
                self.assertEqual((report["style"], report["downloaded"]), (style, 0))
                self.assertEqual(self.names(), [])


class Progress(Flags):
    COLUMNS = 60

    def on_terminal(self, *arguments):
        """Runs with standard error on a terminal. Returns: what was drawn there."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, self.COLUMNS, 0, 0))
        process = start("flags", "--dest", self.out, *arguments, stdout=subprocess.DEVNULL,
                        stderr=theirs)
        os.close(theirs)
        drawn = b""
        while True:
            try:
                drawn += os.read(ours, 65536)
            except OSError:  # the other side is closed
                break
        os.close(ours)
        self.assertEqual(process.wait(), 0)
        return drawn.decode()

    def test_bars_fit_the_terminal_and_end_full(self):
        drawn = self.on_terminal("--delay", "0.02")
        bars = [line.rstrip() for line in drawn.replace("\x1b[K", "").split("\r") if line.strip()]
        self.assertLess(max(map(len, bars)), self.COLUMNS)
        for style in STYLES:
            of_style = [bar for bar in bars if bar.startswith(style)]
            self.assertRegex(of_style[0], r"  0% \| +\|  0/20")
            self.assertRegex(of_style[-1], r"100% \|#+\| 20/20")

    def test_ten_updates_a_second_at_most(self):
        drawn = self.on_terminal("--delay", "0.005", "--style", "sequential", "-e", "-l", "200")
        updates = drawn.count("\x1b[K")
        elapsed = float(re.findall(r"([\d.]+) s\b", drawn)[-1])
        self.assertGreater(updates, 5)
        self.assertLessEqual(updates, 10 * elapsed + 2)

    def test_without_a_terminal_there_is_none(self):
        self.assertEqual(self.flags().err, "")


if __name__ == "__main__":
    unittest.main()
