"""Question sets that gate a change.

python -m evals run sample                                           our set on the sample library
python -m evals run mtrag_un --data ../shared/data/mtrag_un          a public set, in its own format
python -m evals run sample --url http://127.0.0.1:8600               the same, asked of a running server
python -m evals run sample --gate                                    exit code 1 where a gate of evals/gates.toml fails
python -m evals run sample --renew                                   makes it the baseline that gates compare with
python -m evals compare BASE NEW                                     what got better, what got worse, which cases flipped
python -m evals report RUN --base BASE --out report.html             one page with every case
python -m evals speed                                                how fast, in ratios of one run
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from evals import commands
from ingest.errors import CaveatError


def main() -> int:
    """The exit code: 0, 1 where a gate fails, 2 where something could not be done."""
    parser = _parser()
    given, rest = parser.parse_known_args(sys.argv[1:])
    if given.command == "speed":
        given.rest = rest
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    try:
        code = int(getattr(commands, given.command)(given))
        sys.stdout.flush()
        return code
    except CaveatError as error:
        print(f"evals: {error.message}" + (f"\n{error.hint}" if error.hint else ""), file=sys.stderr)
        return 2
    except OSError as error:
        print(f"evals: {error.filename or 'output'}: {error.strerror or error}.", file=sys.stderr)
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 (what could not be written is not tried again at the end)
        return 2
    except KeyboardInterrupt:
        print("evals: stopped; the same command goes on where it stopped.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True, metavar="run|compare|report|speed")
    run = verbs.add_parser("run", help="ask every case of a set and measure")
    run.add_argument("set", help="a set's name, or a .jsonl file of cases")
    run.add_argument("--data", type=Path, help="where the documents of the set, or a public set, lie")
    run.add_argument("--url", help="a running server to ask, instead of this process")
    run.add_argument("--key", default=os.environ.get("CAVEAT_KEY", ""), help="its key (or CAVEAT_KEY)")
    run.add_argument(
        "--subject", choices=("caveat", "words"), default="caveat", help="`words`: the yardstick itself, on checks"
    )
    run.add_argument("--workers", type=_positive, default=2, help="cases at a time")
    run.add_argument("--limit", type=_positive, help="a sample of so many cases, always the same")
    run.add_argument("--tag", action="append", default=[], help="only cases with this tag; may be repeated")
    run.add_argument("--runs", type=Path, default=Path("eval-runs"), help="where runs and their libraries are kept")
    run.add_argument("--again", action="store_true", help="run anew what has been run already")
    run.add_argument(
        "--precision",
        choices=("float32", "bfloat16", "auto"),
        help="of the embedder, in this process: as shipped (auto), but float32 with --gate or --renew, so that machines agree",
    )
    run.add_argument("--judge", help="a chat model (provider:name) that judges claims besides; advisory, gates nothing")
    run.add_argument("--judge-url", default="", help="where that model is served, in OpenAI's shape")
    run.add_argument("--renew", action="store_true", help="keep this run as the set's baseline")
    _gating(run)
    run.add_argument("--json", action="store_true", help="figures as JSON on standard output")
    run.set_defaults(command="run")

    compare = verbs.add_parser("compare", help="what changed between two runs")
    compare.add_argument("base", type=Path)
    compare.add_argument("new", type=Path)
    compare.add_argument("--across-libraries", action="store_true", help="compare although the libraries differ")
    compare.add_argument("--cases", type=_positive, default=10, help="flipped cases to show")
    _gating(compare)
    compare.add_argument("--json", action="store_true", help="all of it as JSON on standard output")
    compare.set_defaults(command="compare")

    report = verbs.add_parser("report", help="one HTML file")
    report.add_argument("run", type=Path)
    report.add_argument("--base", type=Path, help="a run to compare with")
    report.add_argument("--across-libraries", action="store_true", help="compare although the libraries differ")
    report.add_argument("--out", type=Path, help="the file to write; report.html in the run's folder where not given")
    report.set_defaults(command="report")

    speed = verbs.add_parser("speed", help="how fast, in ratios of one run", add_help=False)
    speed.set_defaults(command="speed")
    return parser


def _gating(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--gate", action="store_true", help="exit with 1 where a gate of evals/gates.toml fails")
    parser.add_argument("--gates", type=Path, help="other gates than evals/gates.toml")
    parser.add_argument("--junit", type=Path, help="write the gates as JUnit XML")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
