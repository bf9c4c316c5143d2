#!/usr/bin/env python3
"""docs: checks that the documents are true: code in them compiles, links lead somewhere.

usage: docs.py [--write] [--root DIR]

Code: each ```cpp fence has a comment on the line before it, one of
    <!-- region: examples/01_hello.cpp hello -->   the text from `// [hello]` to `// [/hello]` there
    <!-- free: why this is not compiled -->        e.g. code that a compiler refuses
and a region must equal the fence, but for common indentation; --write copies the regions in.
Links: a relative link leads to a file, and its #anchor to a heading or an <a id>.
Twins: NAME.zh-CN.md has the headings' levels and the regions of NAME.md, in their order.
"""
import argparse
import re
import sys
import textwrap
from pathlib import Path

REGION = re.compile(r"<!-- region: (\S+) (\S+) -->")
FREE = re.compile(r"<!-- free: .+ -->")
LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s*(\S+)")
HEADING = re.compile(r"(#+)\s+(.*)")


def documents(root):
    """The documents that are checked. STYLE.md shows code forms, not pirn's code."""
    found = [path for path in sorted(root.glob("*.md")) if path.name != "STYLE.md"]
    for folder in ["docs", "pirn", "examples", "bench", "fuzz", "tools"]:
        found += sorted((root / folder).rglob("*.md"))
    return found


def region_text(root, file, name):
    """The lines of a region without its markers and its indentation, or a message what is wrong."""
    if not (root / file).is_file():
        return None, f"there is no {file}"
    inside, lines, found = False, [], False
    for line in (root / file).read_text(encoding="utf-8").splitlines():
        marker = re.fullmatch(r"\s*// \[(/?)([\w-]+)\]", line)
        if marker and marker[2] == name:
            inside, found = not marker[1], True
        elif inside and not marker:
            lines.append(line)
    if not found or inside:
        return None, f"{file} has no region // [{name}] to // [/{name}]"
    return textwrap.dedent("\n".join(lines)).strip("\n").splitlines(), None


def split_fences(lines):
    """Yields (first line index, language, body, index after it) of each fence."""
    index = 0
    while index < len(lines):
        if opening := re.match(r"\s*(`{3,})(\w*)", lines[index]):
            end = index + 1
            while end < len(lines) and lines[end].strip() != opening[1]:
                end += 1
            yield index, opening[2], lines[index + 1 : end], end + 1
            index = end
        index += 1


def check_code(root, path, write, problems):
    """Compares each fence with its region; returns the document's lines, with regions copied in."""
    lines = path.read_text(encoding="utf-8").splitlines()
    result, done = [], 0
    for start, language, body, end in split_fences(lines):
        before = lines[start - 1].strip() if start else ""
        where = f"{path.relative_to(root)}:{start + 1}"
        if region := REGION.fullmatch(before):
            text, problem = region_text(root, region[1], region[2])
            if problem:
                problems.append(f"{where}: {problem}")
            elif text != body and write:
                result += lines[done : start + 1] + text
                done = end - 1
            elif text != body:
                origin = f"{region[1]} [{region[2]}]"
                problems.append(f"{where}: differs from {origin}: ./dev docs --write")
        elif language in ("cpp", "c++") and not FREE.fullmatch(before):
            problems.append(f"{where}: C++ without <!-- region: FILE NAME --> before it")
    return result + lines[done:]


def prose(path):
    """The document's lines with fences and inline code blanked."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for start, _, _, end in list(split_fences(lines)):
        lines[start:end] = [""] * len(lines[start:end])
    return [re.sub(r"`[^`]*`", "", line) for line in lines]


def anchors(path):
    """The anchors that GitHub gives to a document's headings, and the explicit ones."""
    found = set()
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    for start, _, _, end in list(split_fences(lines)):
        lines[start:end] = [""] * len(lines[start:end])
    for line in lines:
        if heading := HEADING.match(line):
            slug = re.sub(r"[^\w\- ]", "", heading[2].strip().lower()).replace(" ", "-")
            number = 0
            while (name := f"{slug}-{number}" if number else slug) in found:
                number += 1
            found.add(name)
    return found | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


def check_links(root, path, problems):
    for number, line in enumerate(prose(path), 1):
        for match in LINK.finditer(line):
            target = match[1] or match[2]
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            goal = (path.parent / file) if file else path
            where = f"{path.relative_to(root)}:{number}"
            if not goal.exists():
                problems.append(f"{where}: {target} leads nowhere")
            elif anchor and goal.suffix == ".md" and anchor not in anchors(goal):
                problems.append(f"{where}: {target}: there is no such heading")


def skeleton(path):
    """Heading levels and regions in their order: what twins in two languages share."""
    levels = [heading[1] for line in prose(path) if (heading := HEADING.match(line))]
    return levels, [match[0] for match in REGION.finditer(path.read_text(encoding="utf-8"))]


def check_twins(root, path, problems):
    if path.name.endswith(".zh-CN.md"):
        original = path.with_name(path.name.replace(".zh-CN.md", ".md"))
        for what, here, there in zip(["headings", "regions"], skeleton(path), skeleton(original)):
            if here != there:
                name = path.relative_to(root)
                problems.append(f"{name}: its {what} are not those of {original.name}")


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    options = parser.parse_args()
    root, problems = options.root.resolve(), []
    for path in documents(root):
        lines = check_code(root, path, options.write, problems)
        if options.write and lines != path.read_text(encoding="utf-8").splitlines():
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            print(f"wrote {path.relative_to(root)}")
        check_links(root, path, problems)
        check_twins(root, path, problems)
    for problem in problems:
        print(problem)
    print(f"docs: {len(documents(root))} documents, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
