"""What the end-to-end tests of `pirn flags` share: its styles, and the flags on the disk."""
import json
import pathlib

from command_kit import InFolder, run

ORIGINALS = pathlib.Path("/usr/share/flags/countries/16x11")
STYLES = ("sequential", "threads", "futures", "processes", "async", "virtual")
REAL_STYLES = STYLES[:-1]
KEYS = ["style", "downloaded", "not_found", "errors", "bytes", "elapsed_s", "virtual_s",
        "connections"]
MOST_POPULOUS = "BD BR CD CN DE EG ET FR ID IN IR JP MX NG PH PK RU TR US VN".split()


def original(code):
    return (ORIGINALS / f"{code.lower()}.gif").read_bytes()


def available():
    return sorted(path.stem.upper() for path in ORIGINALS.glob("??.gif"))


class Flags(InFolder):
    def flags(self, *arguments, **options):
        manners = [] if {"REMOTE", "remote"} & set(arguments) else ["--delay", "0.001"]
        return run("flags", "--dest", self.out, *manners, *arguments, **options)

    def reports(self, *arguments, status=0):
        outcome = self.flags("--json", *arguments)
        self.assertEqual(outcome.status, status, outcome)
        return {each["style"]: each for each in json.loads(outcome.out)["styles"]}

    def assert_originals(self, codes, folder=None):
        folder = folder or self.out
        self.assertEqual(self.names(folder), [f"{code}.gif" for code in codes])
        for code in codes:
            self.assertEqual((folder / f"{code}.gif").read_bytes(), original(code), code)
