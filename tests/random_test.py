#!/usr/bin/env python3
"""Does pirn/simulation/random_test.cpp expect what this interpreter's random.Random draws?

usage: random_test.py [--write]

Each entry of its table has an expression of Python's and a hash of 1,000 of its values, which the
C++ test compares with its own; --write computes them anew.
"""
import pathlib
import re
import struct
import sys
import unittest
from random import Random

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "pirn/simulation/random_test.cpp"
ENTRY = re.compile(r'\{"((?:r|Random|shuffled)[.(].*?)",(.*?)0x([0-9a-f]{16})\}', re.DOTALL)
DRAWS = 1000
WORD = 2**64 - 1


def mix_bits(word):
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9 & WORD
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb & WORD
    return word ^ (word >> 31)


def words_of(value):
    """A value as the words that the test hashes: a double's bits, an integer's, each element's."""
    if isinstance(value, float):
        return [struct.unpack("<Q", struct.pack("<d", value))[0]]
    if isinstance(value, int):
        return [value & WORD]
    return [word for each in value for word in words_of(each)]


def shuffled(r, count):
    made = list(range(count))
    r.shuffle(made)
    return made


def running_hash(words):
    """pirn/base/hash.hpp's."""
    state = 0
    for word in words:
        state = (mix_bits(state ^ word) + 0x9e3779b97f4a7c15) & WORD
    return state


def split(seed, name):
    """The seed of a stream that is split off by name."""
    letters = name.encode()
    return running_hash([seed, *letters, len(letters)])


def hash_of(expression):
    names = {"r": Random(20), "Random": Random, "shuffled": shuffled, "split": split}
    code = compile(expression, "random_test.cpp", "eval")
    values = [eval(code, names) for _ in range(DRAWS)]
    return f"{running_hash(words_of(values)):016x}"


@unittest.skipUnless(sys.version_info[:2] == (3, 11), "the table is CPython 3.11's")
class Table(unittest.TestCase):
    def test_says_what_python_draws(self):
        entries = ENTRY.findall(SOURCE.read_text())
        self.assertGreater(len(entries), 40)
        for expression, _, expected in entries:
            with self.subTest(expression=expression):
                self.assertEqual(hash_of(expression), expected)


def write():
    text = SOURCE.read_text()
    made = ENTRY.sub(lambda entry: f'{{"{entry[1]}",{entry[2]}0x{hash_of(entry[1])}}}', text)
    SOURCE.write_text(made)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write()
    else:
        unittest.main()
