"""The command line. What each command does stands in `commands.py`, which is loaded when one runs."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence

_DATES = "as 2020-02-24"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0 when it did what was asked, 1 for an error that the message says how to mend, 2 for wrong usage."""
    given = _parser().parse_args(arguments)
    if given.command is None:
        _parser().print_help()
        return 2
    from ingest.errors import CaveatError  # noqa: PLC0415 (not needed for --help)

    try:
        from assistant import commands  # noqa: PLC0415 (heavy; not needed for --help)

        return commands.run(given)
    except CaveatError as error:
        if getattr(given, "json", False):
            print(
                json.dumps(
                    {"error": {"code": error.code, "message": error.message, "hint": error.hint}}, ensure_ascii=False
                )
            )
        else:
            print(f"caveat: {error.message}", file=sys.stderr)
            if error.hint:
                print(f"        {error.hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("caveat: stopped; what was reported as done is kept.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="caveat",
        description="Answers about notices and reports, with the exact words behind every claim and what to doubt about it.",
        epilog="Settings are CAVEAT_... variables or caveat.toml; `caveat doctor` prints them.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _ingest(commands)
    _ask(commands)
    _library(commands)
    for name, text in (
        ("doctor", "print the settings and prove what works"),
        ("rebuild", "build the indexes anew from the library"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--json", action="store_true", help="print JSON")
        if name == "rebuild":
            command.add_argument(
                "--embed", action="store_true", help="also embed every passage anew, with the embedder that is set"
            )
    serve = commands.add_parser("serve", help="serve the page and the API", description="serve the page and the API")
    serve.add_argument("--host", help="address to listen on (default: CAVEAT_HOST, 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port (default: CAVEAT_PORT, 8600)")
    return parser


def _ingest(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "read files into the library"
    ingest = commands.add_parser("ingest", help=text, description=text + ": txt, Markdown, HTML, PDF, DOCX, JSON lines")
    ingest.add_argument("path", nargs="+", help="a file, a folder, or - for standard input")
    ingest.add_argument("--json", action="store_true", help="print one JSON object for each document")
    ingest.add_argument("--quiet", action="store_true", help="no progress bar")


def _ask(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    ask = commands.add_parser(
        "ask", help="answer a question from the library", description="answer a question from the library"
    )
    ask.add_argument("question")
    ask.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    _filters(ask)


def _library(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    library = commands.add_parser(
        "library", help="list, show, remove or export documents", description="the documents in the library"
    )
    actions = library.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="list documents")
    listing.add_argument("--words", default="", help="words that must stand in title, issuer or number")
    listing.add_argument("--limit", type=int, default=1000, help="most documents to list")
    _filters(listing)
    show = actions.add_parser("show", help="show a document: what it states, its sections and statements")
    show.add_argument("id", help="a document's id, or its first characters")
    remove = actions.add_parser("remove", help="take documents out of the library and its indexes")
    remove.add_argument("id", nargs="+", help="a document's id, or its first characters")
    export = actions.add_parser("export", help="write the library as JSON lines that `caveat ingest` reads")
    for action in (listing, show, remove, export):
        action.add_argument("--json", action="store_true", help="print JSON")


def _filters(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("filters")
    for name in ("issuer", "kind", "status", "language"):
        group.add_argument(f"--{name}", action="append", default=[], help="may be given several times")
    group.add_argument("--document", action="append", default=[], help="a document's id; may be given several times")
    group.add_argument("--from", dest="issued_from", help=f"issued on this day or later, {_DATES}")
    group.add_argument("--to", dest="issued_to", help=f"issued on this day or earlier, {_DATES}")
    group.add_argument("--as-of", help=f"leave out what was issued after this day, {_DATES}")


if __name__ == "__main__":
    sys.exit(main())
