#!/usr/bin/env python3
"""Writes flowctl's manual pages from what the program says of itself: manual.py FLOWCTL FOLDER [DATE]

One page for flowctl and one for each command, in man(7)'s macros. DATE stands at their feet (default: none).
"""
import json
import subprocess
import sys
from pathlib import Path

EXIT_CODES = [
    ("0", "The command did what it was asked for."),
    ("1", "It could not: one line on standard error says why, and what to do."),
    ("2", "It did, and found something: \\fBcheck\\fR anything, another command more than "
          "\\fB\\-\\-fail\\-if\\-\\fR... allows."),
    ("130", "It was interrupted; \\fBfit\\fR and \\fBinfer\\fR have written what they had."),
]


def roff(text):
    """Text as roff shows it, character by character."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha")
    text = text.replace("~", "\\(ti")
    return "\n".join("\\&" + line if line.startswith((".", "\\(aq")) else line for line in text.splitlines())


def spelling(argument):
    """--option value, in bold and italics."""
    value = roff(argument.get("valueName", ""))
    if argument["kind"] == "positional":
        return f"\\fI{value}\\fR"
    names = []
    for name in argument["names"]:
        dashes = "\\-\\-" if name["kind"] == "long" else "\\-"
        names.append(f"\\fB{dashes}{roff(name['name'])}\\fR")
    ending = f" \\fI{value}\\fR" if argument["kind"] == "option" else ""
    return ", ".join(names) + ending


def synopsis(argument):
    text = spelling(argument) if argument["kind"] == "positional" else spelling({**argument, "names": [argument["preferredName"]]})
    text += "..." if argument["isRepeating"] else ""
    return f"[{text}]" if argument["isOptional"] else text


def page(command, names, version, date):
    title = "-".join(names)
    shown = [a for a in command.get("arguments", []) if a["shouldDisplay"]]
    lines = [
        f'.TH {roff(title.upper())} 1 "{date}" "flowctl {version}" "User Commands"',
        ".SH NAME", f"{roff(title)} \\- {roff(command['abstract'].rstrip('.'))}",
        ".SH SYNOPSIS", f"\\fB{roff(' '.join(names))}\\fR", *map(synopsis, shown)]
    if command.get("subcommands"):
        lines.append("\\fIcommand\\fR ...")
    if command.get("discussion"):
        lines += [".SH DESCRIPTION", roff(command["discussion"])]
    sections = {}
    for argument in shown:
        heading = argument.get("sectionTitle") or ("ARGUMENTS" if argument["kind"] == "positional" else "OPTIONS")
        sections.setdefault(heading.upper(), []).append(argument)
    for heading, arguments in sections.items():
        lines.append(f".SH {roff(heading)}")
        for argument in arguments:
            text = argument.get("abstract", "")
            if argument.get("defaultValue"):
                text += f" (default: {argument['defaultValue']})"
            lines += [".TP", spelling(argument), roff(text)]
    commands = [c for c in command.get("subcommands", []) if c["shouldDisplay"]]
    if commands:
        lines.append(".SH COMMANDS")
        for each in commands:
            lines += [".TP", f"\\fB{roff(each['commandName'])}\\fR", roff(each["abstract"])]
    lines.append(".SH EXIT STATUS")
    for code, meaning in EXIT_CODES:
        lines += [".TP", code, meaning]
    others = [f".BR {roff(names[0] + '-' + c['commandName'])} (1)" for c in commands if c["commandName"] != "help"]
    lines += [".SH SEE ALSO", *(f"{other}," for other in others[:-1]), *others[-1:]] if others else [
        ".SH SEE ALSO", f".BR {roff(names[0])} (1)"]
    return "\n".join(lines) + "\n"


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    date = sys.argv[3] if len(sys.argv) > 3 else ""
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    described = subprocess.run(
        [program, "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
    command = json.loads(described)["command"]
    folder.mkdir(parents=True, exist_ok=True)
    name = command["commandName"]
    (folder / f"{name}.1").write_text(page(command, [name], version, date))
    for each in command["subcommands"]:
        if each["shouldDisplay"] and each["commandName"] != "help":
            (folder / f"{name}-{each['commandName']}.1").write_text(
                page(each, [name, each["commandName"]], version, date))


main()
