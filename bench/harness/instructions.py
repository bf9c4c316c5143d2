"""User-space instructions for one operation: callgrind counts two runs, we take the difference."""

import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from . import rounds

SETTLE_S = 0.3


def is_there():
    return shutil.which("valgrind") is not None


def of_each(subjects, count_once, times=1):
    """{subject: [its instructions]}; once does for a program, since they hardly vary."""
    return rounds.interleave(subjects, times, count_once)


def under_callgrind(command, log):
    """The words that run a command under callgrind, which writes its counts to `log` at the end."""
    return [
        *("valgrind", "--tool=callgrind", f"--log-file={log}"),
        *(f"--callgrind-out-file={log}.out", *command),
    ]


def collected(log):
    found = re.search(r"Collected : (\d+)", Path(log).read_text())
    if found is None:
        raise rounds.Failed(f"callgrind counted nothing: {Path(log).read_text()[-500:]}")
    return int(found.group(1))


def of_program(command, case, count=20_000):
    """Instructions for one operation of a program's case."""
    with tempfile.TemporaryDirectory(prefix="bench-callgrind-") as folder:
        totals = []
        for number in (count, 2 * count):
            log = f"{folder}/{number}"
            subprocess.run(
                under_callgrind([*command, case, str(number)], log), check=True, timeout=300
            )
            totals.append(collected(log))
    return (totals[1] - totals[0]) / count


def of_server(command, environment, load, count):
    """Instructions for one message of an echo server; load(server, messages) drives it.

    The counts are asked for while it runs: under valgrind a server that waits in the kernel does
    not see a signal, so it cannot be ended in an orderly way.
    """
    with tempfile.TemporaryDirectory(prefix="bench-callgrind-") as folder:
        log = f"{folder}/log"
        server = rounds.start_server(under_callgrind(command, log), environment)
        try:
            load(server, count)  # so that what is done once has been done
            totals = []
            for number in (count, 2 * count):
                time.sleep(SETTLE_S)  # so that the last load's connections have ended
                ask(server, "zero")
                load(server, number)
                time.sleep(SETTLE_S)
                ask(server, "dump")
                dumped = Path(f"{log}.out.{len(totals) + 1}").read_text()
                totals.append(int(re.search(r"^totals: (\d+)", dumped, re.MULTILINE).group(1)))
        finally:
            server.process.kill()
            server.process.wait()
    return (totals[1] - totals[0]) / count


def ask(server, what):
    """Tells callgrind, through valgrind's gdb server, to zero or to dump its counts."""
    done = subprocess.run(["vgdb", f"--pid={server.pid}", what], capture_output=True, timeout=30)
    if done.returncode != 0:
        raise rounds.Failed(f"vgdb {what}: {done.stderr.decode().strip()}")
