"""The command line. What each command does stands in `commands.py`, which is loaded when one runs."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Sequence

_DATES = "as 2020-02-24"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; 0 when it did what was asked, 1 for an error that the message says how to mend, 2 for wrong usage."""
    _speak_utf8()
    given = _parser().parse_args(arguments)
    if given.command is None:
        _parser().print_help()
        return 2
    from ingest.errors import CaveatError  # noqa: PLC0415 (not needed for --help)

    try:
        from assistant import commands  # noqa: PLC0415 (heavy; not needed for --help)

        status = commands.run(given)
        sys.stdout.flush()  # here, where a reader that has gone away is met with manners
        return status
    except CaveatError as error:
        return _told(error.code, error.message, error.hint, as_json=given.json)
    except KeyboardInterrupt:
        print("caveat: stopped; what was reported as done is kept.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        what = ": ".join(str(part) for part in (error.filename, error.strerror or error) if part)
        return _told("system", f"{what}.", "Check the path, its permissions and the disk.", as_json=given.json)


def _told(code: str, message: str, hint: str, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": {"code": code, "message": message, "hint": hint}}, ensure_ascii=False))
    else:
        print(f"caveat: {message}", file=sys.stderr)
        if hint:
            print(f"        {hint}", file=sys.stderr)
    return 1


def _speak_utf8() -> None:
    """UTF-8 into files and pipes, whatever the locale; on a terminal what it cannot show becomes a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="caveat",
        description="Answers about notices and reports, with the exact words behind every claim and what to doubt about it.",
        epilog="Settings are CAVEAT_... variables or caveat.toml; `caveat doctor` prints them.",
    )
    parser.set_defaults(json=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _ingest(commands)
    _ask(commands)
    _chat(commands)
    _check(commands)
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
    serve.add_argument("--port", type=_number(0, 65535), help="port, 0 for any free one (default: CAVEAT_PORT, 8600)")
    _mcp(commands)
    _keys(commands)
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
    ask.add_argument("question", type=_text)
    ask.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    _filters(ask)


def _check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "check a draft, sentence by sentence, against the library or given sources"
    check = commands.add_parser("check", help=text, description=text)
    check.add_argument("file", type=_text, help="a draft (txt, Markdown, HTML, PDF, DOCX), or - for standard input")
    check.add_argument(
        "--source", metavar="FILE", action="append", default=[], help="check against this; may be given several times"
    )
    check.add_argument("--json", action="store_true", help="print the whole as JSON when it is done")
    check.add_argument("--docx", metavar="OUT.docx", help="also write a Word file with comments at the doubtful places")
    check.add_argument(
        "--markdown", metavar="OUT.md", help="also write it as Markdown with verdicts, sources and doubts"
    )
    _filters(check)


def _mcp(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "serve search, questions and documents as tools (Model Context Protocol)"
    mcp = commands.add_parser("mcp", help=text, description=f"{text}, over standard input and output or HTTP")
    mcp.add_argument("--http", action="store_true", help="over streamable HTTP instead")
    mcp.add_argument("--host", help="address to listen on with --http (default: CAVEAT_HOST, 127.0.0.1)")
    mcp.add_argument("--port", type=_number(0, 65535), help="port with --http, 0 for any free one (default: 8601)")
    mcp.add_argument("--url", type=_text, help="ask the server that runs there, instead of opening the data folder")


def _keys(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    keys = commands.add_parser(
        "keys",
        help="make, list or revoke keys of the server",
        description="the keys of the server: once there is one, it asks everybody for a key",
    )
    actions = keys.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = actions.add_parser("add", help="make a key and print it, this once")
    add.add_argument("name", type=_text, help="whose it is, or what for")
    told = "ask and read; edit: also add and delete documents; operate: also see the settings and manage keys"
    add.add_argument("--scope", choices=("ask", "edit", "operate"), default="ask", help=f"what it is for (ask: {told})")
    listing = actions.add_parser("list", help="list the keys, without the keys themselves")
    revoke = actions.add_parser("revoke", help="take a key away, at once")
    revoke.add_argument("id", type=_text, help="a key's id, or its first characters")
    for action in (add, listing, revoke):
        action.add_argument("--json", action="store_true", help="print JSON")


def _chat(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "ask one question after another, on a terminal or through a pipe"
    chat = commands.add_parser("chat", help=text, description=text + "; /help lists what else can be typed")
    chat.add_argument("--conversation", metavar="ID", type=_text, help="go on with a conversation")
    chat.add_argument("--url", type=_text, help="ask the server that runs there, instead of opening the data folder")
    key = os.environ.get("CAVEAT_KEY", "")
    chat.add_argument("--key", type=_text, default=key, help="the server's key (default: CAVEAT_KEY)")
    _filters(chat)


def _library(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    library = commands.add_parser(
        "library",
        help="list, show, remove or export documents; list disagreements",
        description="the documents in the library",
    )
    actions = library.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="list documents")
    listing.add_argument("--words", type=_text, default="", help="words that must stand in title, issuer or number")
    listing.add_argument("--limit", type=_number(1, 1_000_000), default=1000, help="most documents to list")
    _filters(listing)
    show = actions.add_parser("show", help="show a document: what it states, its sections and statements")
    show.add_argument("id", help="a document's id, or its first characters")
    remove = actions.add_parser("remove", help="take documents out of the library and its indexes")
    remove.add_argument("id", nargs="+", help="a document's id, or its first characters")
    export = actions.add_parser("export", help="write the library as JSON lines that `caveat ingest` reads")
    disagreements = actions.add_parser("disagreements", help="list what documents say otherwise than one another")
    for action in (listing, show, remove, export, disagreements):
        action.add_argument("--json", action="store_true", help="print JSON")


def _filters(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("filters")
    for name in ("issuer", "kind", "status", "language"):
        group.add_argument(f"--{name}", action="append", type=_text, default=[], help="may be given several times")
    group.add_argument(
        "--document",
        action="append",
        type=_text,
        default=[],
        help="a document's id or its first characters; may be given several times",
    )
    group.add_argument("--from", dest="issued_from", help=f"issued on this day or later, {_DATES}")
    group.add_argument("--to", dest="issued_to", help=f"issued on this day or earlier, {_DATES}")
    group.add_argument("--as-of", help=f"leave out what was issued after this day, {_DATES}")


def _text(given: str) -> str:
    """An argument as Unicode: bytes that are none come as lone surrogates, which nothing can store or find."""
    return given.encode("utf-8", "replace").decode()


def _number(lowest: int, highest: int) -> Callable[[str], int]:
    def number(given: str) -> int:
        if not given.isascii() or not given.isdigit() or len(given) > 9 or not lowest <= int(given) <= highest:
            raise argparse.ArgumentTypeError(f"{given!r} is not a number from {lowest} to {highest}")
        return int(given)

    return number


if __name__ == "__main__":
    sys.exit(main())
