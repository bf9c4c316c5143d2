"""CPython: the character finder on asyncio's streams, an index of sets over unicodedata's names."""

import asyncio
import re
import sys
import unicodedata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "common"))
import measure

PREFIXES = ("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH")
WORD = re.compile(r"\w+")

run_loop = measure.loop_runner()


def words_of(text):
    return [word.upper() for word in WORD.findall(text)]


def make_index():
    index = {}
    for character in map(chr, range(sys.maxunicode + 1)):
        name = unicodedata.name(character, "")
        name = next((each for each in PREFIXES if name.startswith(each)), name)
        for word in words_of(name):
            index.setdefault(word, set()).add(character)
    return index


def find(index, query):
    sets = [index.get(word, frozenset()) for word in words_of(query)]
    return sorted(set.intersection(*sets)) if sets and all(sets) else []


def describe(character):
    return f"{f'U+{ord(character):04X}':7}\t{character}\t{unicodedata.name(character)}\r\n"


def status(query, count):
    matches = {0: "No match", 1: "1 match"}.get(count, f"{count} matches")
    return f"{matches} for {query!r}\r\n"


async def converse(index, reader, writer):
    while True:
        writer.write(b"?> ")
        await writer.drain()
        line = await reader.readline()
        if not line:
            break
        query = line.decode().strip()
        if query:
            found = find(index, query)
            writer.writelines(describe(each).encode() for each in found)
            writer.write(status(query, len(found)).encode())
            await writer.drain()
    writer.close()


async def main():
    index = make_index()
    server = await asyncio.start_server(lambda *ends: converse(index, *ends), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


run_loop(main())
