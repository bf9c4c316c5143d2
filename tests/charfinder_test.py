#!/usr/bin/env python3
"""`pirn charfinder` end to end: for a shell, and for telnet over real sockets."""
import json
import os
import re
import signal
import socket
import threading
import unittest

from command_kit import PATIENCE_S, InFolder, Outcome, run, start
from unicode_kit import SOURCE, Names

DRIVERS = ["io_uring", "epoll"]
PROMPT = "?> "
CAT_EYES = """\
U+1F638\t😸\tGRINNING CAT FACE WITH SMILING EYES
U+1F63B\t😻\tSMILING CAT FACE WITH HEART-SHAPED EYES
U+1F63D\t😽\tKISSING CAT FACE WITH CLOSED EYES
3 matches for 'cat eyes'
"""
JERUSALEM = "U+2629 \t☩\tCROSS OF JERUSALEM\n1 match for 'Jerusalem'\n"
COUNTS = {"rook": 14, "chess": 96, "face": 178, "letter": 10859}


def telnet(text):
    """As a client of the server sees it."""
    return text.replace("\n", "\r\n")


class Charfinder(InFolder):
    def setUp(self):
        super().setUp()
        self.cache = self.folder / "cache"
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(self.cache)}

    def find(self, *arguments, **options):
        return run("charfinder", *arguments, env=self.environment, **options)

    def serve(self, *arguments):
        """Returns: the process and the address of the server."""
        process = start("charfinder", "--tcp", "127.0.0.1:0", *arguments, env=self.environment)
        self.addCleanup(process.kill)
        first = process.stdout.readline()
        found = re.fullmatch(
            r"finding characters on (127\.0\.0\.1):(\d+), press Ctrl-C to stop\n", first)
        self.assertIsNotNone(found, first)
        return process, (found[1], int(found[2]))

    def stop(self, process):
        process.send_signal(signal.SIGINT)
        outcome = Outcome(process)
        self.assertEqual(outcome.status, 130, outcome)
        return outcome


class Query(Charfinder):
    def test_what_is_found_and_how_much(self):
        for _ in ("made", "kept"):
            outcome = self.find("cat", "eyes")
            self.assertEqual((outcome.status, outcome.out, outcome.err), (0, CAT_EYES, ""))
        self.assertEqual(self.find("Jerusalem").out, JERUSALEM)
        for word, count in COUNTS.items():
            lines = self.find(word).out.splitlines()
            self.assertEqual(len(lines), count + 1)
            self.assertEqual(lines[-1], f"{count} matches for {word!r}")

    def test_nothing_found_is_told_by_the_exit_status(self):
        for query in ("queen rook", "it's", "", "\u200b", "zz\tb\x7f",
                      '"it\'s"', "\U000e0fff", "\\"):
            outcome = self.find("--", query)
            self.assertEqual((outcome.status, outcome.out, outcome.err),
                             (1, f"No match for {query!r}\n", ""))
        outcome = self.find(b"a\xff".decode(errors="surrogateescape"), "zz")
        self.assertEqual(outcome.out, "No match for 'a\\udcff zz'\n")

    def test_json(self):
        outcome = self.find("--json", "eyes", "cat")
        self.assertEqual(outcome.status, 0)
        lines = [line.split("\t") for line in CAT_EYES.splitlines()[:-1]]
        self.assertEqual(json.loads(outcome.out), {"query": "eyes cat", "count": 3, "matches": [
            {"code": code, "character": character, "name": name}
            for code, character, name in lines]})
        outcome = self.find("--json", 'no "such"')
        self.assertEqual(outcome.status, 1)
        self.assertEqual(json.loads(outcome.out),
                         {"query": 'no "such"', "count": 0, "matches": []})

    def test_wrong_arguments(self):
        for arguments in ([], ["--tcp", "127.0.0.1:0", "cat"], ["--tcp", "nowhere"],
                          ["--tcp", "65536"], ["--tcp", "127.0.0.1:0", "--json"], ["--fly"],
                          ["-q", "cat"], ["--workers", "2", "cat"], ["--driver", "epoll", "cat"]):
            outcome = self.find(*arguments)
            self.assertEqual((outcome.status, outcome.out), (2, ""), arguments)
            self.assertIn("*** Usage error: ", outcome.err)


class Cache(Charfinder):
    def kept(self):
        return self.names(self.cache)

    def test_an_index_is_kept_unless_it_is_not_wanted(self):
        self.find("--no-cache", "cat")
        self.assertFalse(self.cache.exists())
        self.find("cat")
        self.assertRegex(" ".join(self.kept()), r"^pirn/charfinder-[0-9a-f]{16}\.index$")

    def test_a_damaged_index_is_made_anew(self):
        self.find("cat")
        path = self.cache / self.kept()[0]
        image = path.read_bytes()
        for damaged in (b"", image[:5000], image[:99999] + b"?" + image[100000:], b"x" * 5000):
            path.write_bytes(damaged)
            outcome = self.find("cat", "eyes")
            self.assertEqual((outcome.status, outcome.out, outcome.err), (0, CAT_EYES, ""))
            self.assertEqual(path.read_bytes(), image)

    def test_an_unwritable_cache_is_no_failure(self):
        self.cache.symlink_to("/proc/nowhere")
        outcome = self.find("cat", "eyes")
        self.assertEqual((outcome.status, outcome.out, outcome.err), (0, CAT_EYES, ""))
        for environment in ({}, {"HOME": "relative"}, {"HOME": "/proc/nowhere"}):
            outcome = run("charfinder", "cat", "eyes", env=environment)
            self.assertEqual((outcome.status, outcome.out, outcome.err), (0, CAT_EYES, ""))

    def test_an_unreadable_cache_is_told_of(self):
        self.cache.write_text("a file, not a directory")
        outcome = self.find("cat", "eyes")
        self.assertEqual((outcome.status, outcome.out), (0, CAT_EYES))
        self.assertRegex(outcome.err, rf"^pirn charfinder: open {self.cache}/pirn/charfinder-.*: "
                                      r"Not a directory; going on without that index\n$")

    def test_other_sources(self):
        source = self.folder / "UnicodeData.txt"
        source.write_text("265C;BLACK CHESS ROOK;So;0;ON;;;;;N;;;;;\n")
        for _ in range(2):
            outcome = self.find("--source", source, "rook")
            self.assertEqual(outcome.out, "U+265C \t♜\tBLACK CHESS ROOK\n1 match for 'rook'\n")
        source.write_text("265C;BLACK CHESS KING;So;0;ON;;;;;N;;;;;\n")
        self.assertEqual(self.find("--source", source, "rook").status, 1)
        source.write_text("265C;BLACK CHESS KING;So;0;ON;;;;;N;;;;;\nU+265C is a rook\n")
        outcome = self.find("--source", source, "rook")
        self.assertEqual((outcome.status, outcome.out, outcome.err), (
            1, "", f"pirn charfinder: read {source}: line 2 is malformed\n"))
        for name, problem in (("none", "No such file or directory"), (".", "Is a directory")):
            outcome = self.find("--source", self.folder / name, "rook")
            self.assertEqual((outcome.status, outcome.out), (1, ""))
            self.assertRegex(outcome.err,
                             rf"^pirn charfinder: (open|read) {self.folder}.*{problem}")


class Session:
    """A client of the server."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=PATIENCE_S)
        self.host, self.port = self.socket.getsockname()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def say(self, text):
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())

    def hear(self, expected):
        """Returns: as many bytes as are expected, as text."""
        heard = b""
        while len(heard) < len(expected.encode()):
            piece = self.socket.recv(65536)
            if not piece:
                break
            heard += piece
        return heard.decode()

    def hear_to_end(self):
        heard = b""
        while piece := self.socket.recv(1 << 20):
            heard += piece
        return heard.decode()

    def ask_all(self, text):
        """Says it all and hears all answers, without waiting for one before the next."""
        def say_all():
            try:
                self.say(text)
                self.socket.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # the server has gone; it shows in what is heard
        saying = threading.Thread(target=say_all)
        saying.start()
        heard = self.hear_to_end()
        saying.join(PATIENCE_S)
        return heard


class Server(Charfinder):
    def converse(self, session, *turns):
        for said, answer in turns:
            if said is not None:
                session.say(said)
            self.assertEqual(session.hear(answer + PROMPT), answer + PROMPT)

    def test_a_session(self):
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                process, address = self.serve("--driver", driver)
                with Session(address) as session:
                    self.converse(
                        session, (None, ""), ("cat eyes\r\n", telnet(CAT_EYES)), ("\r\n", ""),
                        ("  Jerusalem\n", telnet(JERUSALEM)),
                        ("it's not there\r\n", "No match for \"it's not there\"\r\n"))
                    session.say("\x1b\r\n")
                    self.assertEqual(session.hear_to_end(), "")
                    name = f"127.0.0.1:{session.port}"
                self.assertEqual(self.stop(process).err.splitlines(), [
                    f"Received from {name}: 'cat eyes'", f"Sent 4 lines to {name}",
                    f"Received from {name}: ''",
                    f"Received from {name}: 'Jerusalem'", f"Sent 2 lines to {name}",
                    f"Received from {name}: \"it's not there\"", f"Sent 1 lines to {name}",
                    f"Received from {name}: '\\x1b'", f"Closed {name}"])

    def test_queries_that_come_together(self):
        for driver in DRIVERS:
            with self.subTest(driver=driver):
                process, address = self.serve("--driver", driver, "--quiet")
                with Session(address) as session:
                    heard = session.ask_all("Jerusalem\n" * 20_000)
                answer = telnet(JERUSALEM) + PROMPT
                self.assertEqual(heard, PROMPT + answer * 20_000)
                self.assertEqual(self.stop(process).err, "")

    def test_what_ends_a_session(self):
        process, address = self.serve("-q")
        for last in (b"\xff\n", b"\xff\xf4\xff\xfd\x06\r\n", b"Jerusalem\xc3\n", b"\x03\n", b"\0\n",
                     b" \x1bOA\n"):
            with Session(address) as session, self.subTest(last=last):
                self.converse(session, (None, ""), ("Jerusalem\n", telnet(JERUSALEM)))
                session.say(b"Jerusalem\n" + last)
                self.assertEqual(session.hear_to_end(), telnet(JERUSALEM) + PROMPT)
        self.stop(process)

    def test_the_end_comes_in_the_middle_of_a_line(self):
        process, address = self.serve()
        with Session(address) as session:
            self.assertEqual(session.ask_all("Jerusalem"),
                             PROMPT + telnet(JERUSALEM) + PROMPT)
        with Session(address) as session:
            self.assertEqual(session.ask_all(""), PROMPT)
        self.stop(process)

    def test_too_long_a_line_ends_a_session(self):
        process, address = self.serve()
        with Session(address) as session:
            self.converse(session, (None, ""), ("Jerusalem\n", telnet(JERUSALEM)))
            try:
                self.assertEqual(session.ask_all("x" * 100_000), "")
            except ConnectionResetError:
                pass  # what had not been read was dropped
        self.assertIn("Too long a line from 127.0.0.1:", self.stop(process).err)

    def test_clients_that_go_away_leave_the_others(self):
        process, address = self.serve()
        with Session(address) as other:
            for _ in range(3):
                with Session(address) as session:
                    self.assertEqual(session.hear(PROMPT), PROMPT)
                    session.say("ideograph\n" * 10)
            self.converse(other, (None, ""), ("Jerusalem\n", telnet(JERUSALEM)))
            self.stop(process)  # with a client still there
            self.assertEqual(other.hear_to_end(), "")

    def test_workers_share_a_port(self):
        process, address = self.serve("-w", "2", "-q")
        for _ in range(20):
            with Session(address) as session:
                self.converse(session, (None, ""), ("Jerusalem\n", telnet(JERUSALEM)))
        self.stop(process)

    def test_a_port_alone_is_of_this_machine(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            outcome = self.find("--tcp", port)
        self.assertEqual((outcome.status, outcome.err), (
            1, f"pirn charfinder: listen on 127.0.0.1:{port}: Address already in use\n"))


@unittest.skipUnless(SOURCE.exists(), f"there is no {SOURCE}")
class Unicode(Charfinder):
    """All words, names and characters, as Python has them."""

    @classmethod
    def setUpClass(cls):
        cls.unicode = Names()
        print(cls.unicode.comparison(), flush=True)

    def ask(self, queries):
        """Returns: each query's lines."""
        process, address = self.serve("-q")
        with Session(address) as session:
            heard = session.ask_all("\n".join(queries))
        self.stop(process)
        answers = heard.split(PROMPT)
        self.assertEqual((answers[0], answers[-1]), ("", ""))
        self.assertEqual(len(answers), len(queries) + 2)
        return answers[1:-1]

    def test_every_word_finds_the_characters_that_have_it(self):
        words = self.unicode.words()
        self.assertGreater(len(words), 20_000)
        answers = self.ask(words)
        for (word, codes), answer in zip(words.items(), answers):
            lines = [self.unicode.line(code) for code in codes]
            lines.append(f"{len(codes)} match{'' if len(codes) == 1 else 'es'} for {word!r}")
            self.assertEqual(answer, "".join(f"{line}\r\n" for line in lines))

    def test_every_character_separates_words_and_is_shown_as_in_python(self):
        queries = [f"Jerusalem{chr(code)}cross" for code in self.unicode.comparable_codes()]
        for query, answer in zip(queries, self.ask(queries)):
            words = {word.upper() for word in re.findall(r"\w+", query)}
            expected = f"No match for {query!r}\r\n"
            if words <= {"CROSS", "OF", "JERUSALEM"}:
                expected = f"{self.unicode.line(0x2629)}\r\n1 match for {query!r}\r\n"
            self.assertEqual(answer, expected)

    def test_characters_whose_capitals_are_of_ascii(self):
        words = self.unicode.words()
        queries = {}
        for character in map(chr, range(0x80, 0x110000)):
            capitals = character.upper()
            if capitals.isascii():
                word = next(each for each in words if capitals in each)
                queries[word.replace(capitals, character, 1)] = len(words[word])
        self.assertGreater(len(queries), 5)
        for (query, count), answer in zip(queries.items(), self.ask(queries)):
            self.assertEqual(answer.count("\r\n"), count + 1, query)


if __name__ == "__main__":
    unittest.main()
