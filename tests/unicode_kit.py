"""The characters of UnicodeData.txt with the names that Python gives them."""
import pathlib
import re
import unicodedata

SOURCE = pathlib.Path("/usr/share/unicode/UnicodeData.txt")
PREFIXES = ("CJK UNIFIED IDEOGRAPH", "CJK COMPATIBILITY IDEOGRAPH")


class Names:
    """The names of all characters in the file.

    Python's `unicodedata` says them, as far as it knows the characters: a name never changes from
    one version of Unicode to the next. Those that came after its version are taken from the file.
    """

    def __init__(self):
        self.assigned = {}  # code point: whether Python knows it
        self.names = {}
        self.later = 0
        for code, listed in self._entries(SOURCE.read_text(encoding="ascii").splitlines()):
            character = chr(code)
            self.assigned[code] = unicodedata.category(character) != "Cn"
            name = unicodedata.name(character, None)
            if not self.assigned[code]:
                name = self._name_in_file(code, listed)
                self.later += 1
            if name is not None:
                self.names[code] = name

    @staticmethod
    def _entries(lines):
        lines = iter(lines)
        for line in lines:
            code, name = line.split(";")[:2]
            first = last = int(code, 16)
            if name.endswith(", First>"):
                last = int(next(lines).split(";")[0], 16)
            for each in range(first, last + 1):
                yield each, name

    @staticmethod
    def _name_in_file(code, listed):
        if listed.startswith("<CJK Ideograph"):
            return f"CJK UNIFIED IDEOGRAPH-{code:X}"
        return None if listed.startswith("<") else listed

    def comparison(self):
        """What is compared with what, in a sentence."""
        version = unicodedata.unidata_version
        if self.later == 0:
            return f"all {len(self.names)} names are compared with those of Python ({version})"
        return (f"Python has Unicode {version}, and {len(self.assigned) - self.later} of the "
                f"{len(self.assigned)} characters of {SOURCE}; the names of the other {self.later} "
                "are compared with those in the file")

    def words(self):
        """{word: the code points of the characters whose names have it}"""
        found = {}
        for code, name in self.names.items():
            name = next((each for each in PREFIXES if name.startswith(each)), name)
            for word in dict.fromkeys(re.findall(r"\w+", name)):
                found.setdefault(word.upper(), []).append(code)
        return found

    def line(self, code):
        return f"U+{code:04X}".ljust(7) + f"\t{chr(code)}\t{self.names[code]}"

    def comparable_codes(self):
        """Of which Python and the file know the same, and that can be said in one line."""
        empty = range(0x40000, 0xE0000)  # planes without characters: some of their codes do
        for code in range(0x110000):
            if code == 0x0A or 0xD800 <= code < 0xE000 or (code in empty and code & 0xFF):
                continue
            known = unicodedata.category(chr(code)) != "Cn"
            if self.assigned.get(code, False) == known and known == (code in self.assigned):
                yield code
