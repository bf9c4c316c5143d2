#!/usr/bin/env python3
"""run: asks compilers the questions of this folder, and prints their answers as a table.

usage: run.py [COMPILER...]          (clang++-19 and g++ when none is given)
"""
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def answer(compiler, source, program):
    command = [compiler, "-std=c++23", "-O2", "-w", str(source), "-o", str(program)]
    if subprocess.run(command, capture_output=True).returncode != 0:
        return "does not compile"
    try:
        run = subprocess.run([program], capture_output=True, timeout=10)
    except subprocess.TimeoutExpired:
        return "wrong: hangs"
    if run.returncode < 0:
        return "wrong: crashes"
    return "right" if run.returncode == 0 else "wrong"


def main(compilers):
    print("| program | " + " | ".join(compilers) + " |")
    print("| --- |" + " --- |" * len(compilers))
    with tempfile.TemporaryDirectory() as folder:
        for source in sorted(HERE.glob("*.cpp")):
            answers = [answer(each, source, Path(folder) / "program") for each in compilers]
            print(f"| {source.stem} | " + " | ".join(answers) + " |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ["clang++-19", "g++"])
