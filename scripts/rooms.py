#!/usr/bin/env python3
"""Draws which rooms (folders) of FlowKit name the types of which others, from the code.

    rooms.py            prints the drawing (Mermaid)
    rooms.py --write    puts it into docs/design/architecture.md
    rooms.py --check    fails where an arrow runs up, or the page shows another drawing
    rooms.py --why A B  lists the types of room B that room A names, and in which files

A room may know the rooms below it: the order is that of ROOMS, from the bottom up. A type belongs to the room whose file
declares it at the top level; comments and texts do not count.
"""
import collections
import os
import re
import sys

SOURCES = "Sources/FlowKit"
PAGE = "docs/design/architecture.md"
BEGIN, END = "<!-- drawn by scripts/rooms.py -->", "<!-- end of the drawing -->"

# From the bottom up; rooms of one line do not know each other.
ROOMS = [
    ["Files"],
    ["Numerics"],
    ["Parallel", "HDF5"],
    ["Metrics", "Optimizers"],
    ["Contracts"],
    ["Networks"],
    ["ScalarMaps"],
    ["Bijectors"],
    ["Distributions"],
    ["LayerLists"],
    ["Tables"],
    ["Events", "Text"],
    ["Flows"],
    ["Expressivity", "Calibration", "Diagnostics"],
    ["Objectives", "Comparison"],
    ["Training"],
    ["Targets", "Inference", "Automatic", "Encoders"],
    ["Models"],
]

DECLARATION = re.compile(
    r"^(?!private|fileprivate)(?:(?:public|package|internal|final|indirect|@\w+(?:\([^)]*\))?) )*"
    r"(?:struct|class|enum|protocol|typealias|actor) (\w+)", re.M)
NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|"""(?:.*?)"""|"(?:\\.|[^"\\\n])*"', re.S)


def sources():
    """(room, file, text without comments and texts) of each file in a room."""
    for folder, _, names in sorted(os.walk(SOURCES)):
        room = os.path.relpath(folder, SOURCES).split(os.sep)[0]
        if room == "." or room.endswith(".docc"):
            continue
        for name in sorted(names):
            if name.endswith(".swift"):
                with open(os.path.join(folder, name)) as file:
                    yield room, os.path.join(room, name), NOISE.sub(" ", file.read())


def arrows():
    """(from, to) -> {type: files of `from` that name it}."""
    files = list(sources())
    homes = {}
    for room, _, text in files:
        for name in DECLARATION.findall(text):
            homes.setdefault(name, set()).add(room)
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for room, path, text in files:
        for word in set(re.findall(r"\b[A-Z]\w+", text)):
            rooms = homes.get(word, set())
            if len(rooms) == 1 and room not in rooms:
                found[room, next(iter(rooms))][word].append(path)
    return found, {room for room, _, _ in files}


def level(room):
    for index, rooms in enumerate(ROOMS):
        if room in rooms:
            return index
    sys.exit(f"{SOURCES}/{room} is no room that scripts/rooms.py knows: give it a place in ROOMS")


def place(room):
    """By level, then by name: rooms of one level come in the same order in every run."""
    return level(room), room


def drawing(found):
    """Each room's arrows, without those that another arrow's path implies."""
    below = collections.defaultdict(set)
    for a, b in found:
        below[a].add(b)
    def reached(room):
        seen, stack = set(), [room]
        while stack:
            for other in below[stack.pop()]:
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        return seen
    lines = ["```mermaid", "flowchart BT"]
    for rooms in ROOMS:
        lines += [f"  {room}" for room in rooms]
    for a in sorted(below, key=place):
        direct = {b for b in below[a] if not any(b in reached(c) for c in below[a] if c != b)}
        lines += [f"  {a} --> {b}" for b in sorted(direct, key=place)]
    lines += ["```", "", "| room | names types of (how many) |", "|---|---|"]
    for a in [room for rooms in reversed(ROOMS) for room in rooms]:
        known = sorted((b for x, b in found if x == a), key=place)
        lines.append(f"| {a} | " + (", ".join(f"{b} ({len(found[a, b])})" for b in known) or "none") + " |")
    return "\n".join(lines)


def main():
    found, rooms = arrows()
    for room in rooms:
        level(room)
    if sys.argv[1:2] == ["--why"]:
        for name, files in sorted(found[sys.argv[2], sys.argv[3]].items()):
            print(name, " ".join(files))
        return
    text = drawing(found)
    if not sys.argv[1:]:
        print(text)
    up = [(a, b) for a, b in found if level(b) >= level(a)]
    if sys.argv[1:]:
        with open(PAGE) as file:
            page = file.read()
        head, rest = page.split(BEGIN)
        shown, tail = rest.split(END)
        if sys.argv[1] == "--write":
            with open(PAGE, "w") as file:
                file.write(f"{head}{BEGIN}\n{text}\n{END}{tail}")
        elif shown.strip() != text.strip():
            sys.exit(f"{PAGE} shows another drawing than the code: run scripts/rooms.py --write")
    for a, b in sorted(up, key=lambda each: level(each[0])):
        names = ", ".join(sorted(found[a, b]))
        print(f"arrow up: {a} names {b}'s {names}", file=sys.stderr)
    if up:
        sys.exit(1)


main()
