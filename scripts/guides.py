#!/usr/bin/env python3
"""Makes the guides' Swift code a program, and checks what the texts promise: guides.py

Every guide (FlowKit.docc/*.md and README.md) becomes a function in Examples/Sources/Guides/Generated, which the program
Guides runs. Blocks of one guide follow each other: each sees what those before it declared, and may declare it anew. In a
guide

    <!-- swift: CODE -->         is code that readers do not see: what a block takes for granted, and checks of what it made;
    <!-- swift file: CODE -->    the same outside the function;
    <!-- is PATH -->             says of the next block that it is the program PATH, behind its first comment.

A region `// use N: TITLE` … `// end` of Tests/FlowKitTests/UsesTests.swift has at most N lines, and is a block of Uses.md.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ROOT / "Sources/FlowKit/FlowKit.docc"
TARGET = ROOT / "Examples/Sources/Guides/Generated"
USES = ROOT / "Tests/FlowKitTests/UsesTests.swift"
PIECE = re.compile(
    r"^```swift[ ]*\n(?P<block>.*?)^```[ ]*$|<!-- swift:(?P<hidden>.*?)-->|<!-- swift file:(?P<file>.*?)-->"
    r"|<!-- is (?P<path>\S+) -->", re.DOTALL | re.MULTILINE)


class Piece:
    """Some code of a guide, and the line on which it begins."""

    def __init__(self, kind, text, line):
        self.kind, self.text, self.line = kind, text, line


def pieces(guide):
    """The code in a guide, in order; blocks that are a program of their own are compared with it and left out."""
    text = guide.read_text()
    program = None
    for match in PIECE.finditer(text):
        kind = match.lastgroup
        line = text.count("\n", 0, match.start(kind)) + 1
        if kind == "path":
            program = match["path"]
        elif kind == "block" and program:
            path = ROOT / program
            if path.read_text().partition("\n")[2].strip() != match["block"].strip():
                fail(guide, line, f"the block is not {program}")
            program = None
        else:
            yield Piece(kind, match[kind], line)
    opened = len(re.findall(r"^```swift", text, re.MULTILINE))
    found = sum(match.lastgroup == "block" for match in PIECE.finditer(text))
    if opened != found:
        fail(guide, 1, f"{opened} blocks of Swift begin, but {found} end")


def fail(path, line, message):
    sys.exit(f"{path.relative_to(ROOT)}:{line}: error: {message}")


def located(guide, piece):
    """The code of a piece; what the compiler says of it, it says of the guide. Imports stand at the top of the file."""
    text = re.sub(r"^import \w+", "", piece.text, flags=re.MULTILINE).rstrip()
    return f'#sourceLocation(file: "{guide.relative_to(ROOT)}", line: {piece.line})\n{text}\n#sourceLocation()\n'


def source(guide, code):
    """A file with the function of a guide. Blocks are nested, so that each can declare a name anew."""
    imports = {"import FlowKit"} | set(re.findall(r"^import \w+", "\n".join(p.text for p in code), re.MULTILINE))
    inside = [piece for piece in code if piece.kind != "file"]
    body = "do {\n".join(located(guide, piece) for piece in inside) + "}\n" * (len(inside) - 1)
    return (
        f"// Made by scripts/guides.py of {guide.name}.\n// swift-format-ignore-file\n" + "\n".join(sorted(imports)) + "\n\n"
        + "".join(located(guide, piece) for piece in code if piece.kind == "file")
        + f"@Sendable func guide{guide.stem}() throws {{\n{body}}}\n")


def dedented(text):
    lines = text.strip("\n").rstrip().split("\n")
    indent = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return "\n".join(line[indent:].rstrip() for line in lines)


def check_uses(blocks):
    """Each use has as few lines as its test says, and is what the guide shows."""
    shown = {dedented(block.text) for block in blocks}
    text = USES.read_text()
    uses = list(re.finditer(r"^ *// use (\d+): (.*)\n((?:.*\n)*?) *// end$", text, re.MULTILINE))
    if len(uses) != text.count("// use ") or not uses:
        fail(USES, 1, "a use has no end")
    for use in uses:
        line = text.count("\n", 0, use.start()) + 1
        code = dedented(use[3])
        if len(code.split("\n")) > int(use[1]):
            fail(USES, line, f"{len(code.split(chr(10)))} lines: {use[2]}")
        if code not in shown:
            fail(USES, line, f"Uses.md has no block with these lines: {use[2]}")
        shown.discard(code)
    if shown:
        fail(USES, 1, "no test of these lines of Uses.md:\n" + shown.pop())


def main():
    guides = {}
    for guide in sorted(DOCUMENTS.glob("*.md")) + [ROOT / "README.md"]:
        code = list(pieces(guide))
        if any(piece.kind == "block" for piece in code):
            guides[guide] = code
    check_uses([piece for piece in guides[DOCUMENTS / "Uses.md"] if piece.kind == "block"])
    files = {f"{guide.stem}.swift": source(guide, code) for guide, code in guides.items()}
    table = "".join(f'  ("{guide.stem}", guide{guide.stem}),\n' for guide in guides)
    files["Table.swift"] = (
        "// Made by scripts/guides.py.\n// swift-format-ignore-file\n\n"
        f"let guides: [(name: String, run: @Sendable () throws -> Void)] = [\n{table}]\n")
    TARGET.mkdir(parents=True, exist_ok=True)
    for path in TARGET.iterdir():
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        path = TARGET / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


if __name__ == "__main__":
    main()
