#!/usr/bin/env python3
"""Counts the lines of FlowKit's files and functions.

    sizes.py            prints the medians and the longest of both
    sizes.py --check    fails where a limit is passed: files of 250 lines, medians of 100 and 6

A function is a `func`, `init`, `deinit` or `subscript`, or a property that is computed, with a body; its lines are those from
its first to its closing brace, comments and blank lines left out.
"""
import re
import statistics
import sys
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "Sources/FlowKit"
LONGEST_FILE, MEDIAN_FILE, MEDIAN_FUNCTION = 250, 100, 6
FUNCTION = re.compile(r"^[\w\s@()]*\b(?:func\b|init[?]?\s*[<(]|deinit\b|subscript\s*[<(]|var\s+\S+\s*:[^=]*\{)")
# Texts and comments, whose braces do not count.
WORDLESS = re.compile(r'"""(?:.|\n)*?"""|"(?:\\.|[^"\\\n])*"|//[^\n]*')


def functions(path):
    """(name, lines) of each function."""
    text = WORDLESS.sub(lambda match: '"' + "\n" * match[0].count("\n") if match[0][0] == '"' else "", path.read_text())
    lines = text.split("\n")
    for first, line in enumerate(lines):
        if not FUNCTION.match(line):
            continue
        depth, opened = 0, False
        for last in range(first, len(lines)):
            if last > first and not opened and FUNCTION.match(lines[last]):
                break  # a requirement of a protocol, without a body
            # Braces inside the brackets of a signature belong to default values.
            depth += lines[last].count("{") - lines[last].count("}")
            opened = opened or "{" in lines[last]
            if opened and depth <= 0:
                body = [each for each in lines[first:last + 1] if each.strip()]
                if not re.search(r"\{\s*get\b[^{}]*\}", lines[last]):
                    yield f"{path.relative_to(SOURCES)}:{first + 1}", len(body)
                break
            if not opened and (not lines[last].strip() or lines[last].strip() == "}"):
                break


def main():
    paths = sorted(SOURCES.rglob("*.swift"))
    files = [(str(path.relative_to(SOURCES)), len(path.read_text().splitlines())) for path in paths]
    bodies = [each for path in paths for each in functions(path)]
    failed = False
    for what, found, median in [("files", files, MEDIAN_FILE), ("functions", bodies, MEDIAN_FUNCTION)]:
        counts = sorted(count for _, count in found)
        middle, nine_tenths = statistics.median(counts), counts[len(counts) * 9 // 10]
        longest = ", ".join(f"{name} ({count})" for name, count in sorted(found, key=lambda each: -each[1])[:5])
        print(f"{len(found)} {what}: median {middle:g} lines, nine tenths have at most {nine_tenths}; longest {longest}")
        failed |= middle > median
    failed |= any(count > LONGEST_FILE for _, count in files)
    if sys.argv[1:] == ["--check"] and failed:
        sys.exit(f"limits: median file {MEDIAN_FILE}, longest {LONGEST_FILE}, median function {MEDIAN_FUNCTION}")


main()
