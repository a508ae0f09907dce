"""An answer on a terminal: while it is made, as it stands, with a line that says what goes on; then whole, to stay.

What is shown while it is made is drawn over and over in one place, so that words that are withdrawn go away. Where nobody
looks (a pipe, a file), only the whole answer is printed. Characters that nobody sees, a terminal's own commands among them, are left out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from assistant.answer import Answer, Citation, Claim
from assistant.citing import visible
from assistant.events import Claimed, Delta, Done, Event, Failed, Passages, Searching
from assistant.labels import EN, SIGNS
from assistant.rendering import tally, voices_line

STYLES = {
    "question": "bold",
    "claim": "",
    "source": "cyan",
    "doubt": "yellow",
    "quiet": "dim",
    "plain": "",
    "error": "red",
    "contradicted": "bold red",
    "not_found": "red",
    "unchecked": "magenta",
    "supported": "green",
}
Line = tuple[str, str]
"""A style and a line."""


def answer_lines(answer: Answer) -> Iterator[Line]:
    """An answer without its question; numbers in brackets are those of `source_lines`."""
    if answer.standalone and answer.standalone != answer.question:
        yield "quiet", f"Searched as: {answer.standalone}"
    if answer.claims:
        yield "quiet", f"{tally(answer.claims)}. {EN.made.get(answer.mode, '')}".rstrip()
        for number, claim in enumerate(answer.claims, start=1):
            yield "plain", ""
            yield from claim_lines(number, claim, cited(answer.claims))
    else:
        yield "plain", answer.text
    besides = list(_besides(answer))
    yield from [("plain", ""), *besides] if besides and answer.claims else besides


def _besides(answer: Answer) -> Iterator[Line]:
    yield from (("quiet", line) for line in answer.missing)
    if answer.choices:
        yield "plain", "It may have been meant as (give its number):"
        yield from (("plain", f"  {number}. {choice}") for number, choice in enumerate(answer.choices, start=1))
    if answer.nearest:
        yield "quiet", "Nearest passages, none of which is an answer:"
        yield from (("source", f"  {each.document.title}: “{_shortened(each.text)}”") for each in answer.nearest)
    yield from (("quiet", notice) for notice in answer.notices)


def claim_lines(number: int, claim: Claim, sources: Sequence[Citation]) -> Iterator[Line]:
    """A claim with where it stands and what to doubt about it."""
    yield "claim", f"{number}. {claim.text}"
    for citation in claim.citations:
        yield "source", f"   {_mark(citation, sources)} {_where(citation)}"
    if claim.verdict in EN.verdicts:
        yield claim.verdict, f"   {SIGNS[claim.verdict]} {EN.verdicts[claim.verdict]}"
    if voices := voices_line(claim):
        yield "quiet", f"   {voices}"
    for doubt in claim.doubts:
        marks = " ".join(dict.fromkeys(_mark(each, sources) for each in doubt.evidence))
        yield "doubt", f"   ? {EN.doubt(doubt.kind)}: {doubt.reason} {marks}".rstrip()


def cited(claims: Iterable[Claim]) -> tuple[Citation, ...]:
    """What claims and their doubts cite, each stretch once; its place is its number."""
    found: dict[tuple[str, int, int], Citation] = {}
    for claim in claims:
        for citation in (*claim.citations, *(each for doubt in claim.doubts for each in doubt.evidence)):
            found.setdefault(_stretch(citation), citation)
    return tuple(found.values())


def source_lines(answer: Answer) -> Iterator[Line]:
    """Every citation with its number and its exact words."""
    sources = cited(answer.claims)
    for number, citation in enumerate(sources, start=1):
        yield "source", f"[{number}] {_where(citation)}"
        yield "plain", f"    “{citation.quote}”"
    if not sources:
        yield "quiet", "The last answer cites nothing."


def doubt_lines(answer: Answer) -> Iterator[Line]:
    """Every doubt with the claim it is about and the words that show it."""
    doubted = False
    for number, claim in enumerate(answer.claims, start=1):
        for doubt in claim.doubts:
            doubted = True
            about = claim.text if doubt.span is None else claim.text[doubt.span.start : doubt.span.end]
            yield "doubt", f"? {EN.doubt(doubt.kind)}: {doubt.reason}"
            yield "quiet", f"    claim {number}: “{_shortened(about)}”"
            yield from (("source", f"    {_where(each)}: “{_shortened(each.quote)}”") for each in doubt.evidence)
    if not doubted:
        yield "quiet", "Nothing was found to doubt in the last answer."


class Screen:
    """Prints lines, and shows an answer while it is made; `result` is its last event."""

    def __init__(self) -> None:
        live = sys.stdout.isatty()
        self.console = Console() if live else Console(soft_wrap=True, width=10_000)
        self.result: Done | Failed | None = None
        self._claims: list[Claim] = []
        self._pending = ""
        self._spinner = Spinner("dots", style="cyan")

    def put(self, lines: Iterable[Line]) -> None:
        """Prints lines to stay."""
        for style, line in lines:
            self.console.print(visible(line), style=STYLES[style], markup=False, highlight=False)
        self.console.file.flush()

    def complain(self, message: str, hint: str) -> None:
        """Says what went wrong and how to mend it; of a pipe, on standard error."""
        console = self.console if self.console.is_terminal else Console(stderr=True, soft_wrap=True, width=10_000)
        console.print(visible(message), style=STYLES["error"], markup=False, highlight=False)
        if hint:
            console.print(visible(hint), style=STYLES["quiet"], markup=False, highlight=False)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """The place where an answer is drawn while it is made; it is gone afterwards."""
        self.result, self._claims, self._pending = None, [], ""
        self._says("Thinking about it")
        if not self.console.is_terminal:
            yield
            return
        with Live(console=self.console, get_renderable=self._drawn, transient=True, refresh_per_second=10):
            yield

    def show(self, event: Event) -> None:
        """Takes up what an event tells."""
        match event:
            case Searching(question=question, documents=documents):
                self._says(f"Searching {documents} documents: {question}")
            case Passages(passages=passages):
                self._says(f"Answering from {len(passages)} passages")
            case Delta(restart=True):
                self._claims, self._pending = [], ""
                self._says("What was written is withdrawn; quoting the library instead")
            case Delta(text=text):
                self._pending += text
            case Claimed(claim=claim):
                self._claims.append(claim)
                self._pending = ""
            case Done() | Failed():
                self.result = event

    def _says(self, what: str) -> None:
        self._spinner.update(text=Text(visible(what), style="dim", overflow="ellipsis", no_wrap=True))

    def _drawn(self) -> RenderableType:
        """The answer so far: as much of its end as the terminal has lines for."""
        sources = cited(self._claims)
        lines = [line for n, claim in enumerate(self._claims, start=1) for line in claim_lines(n, claim, sources)]
        lines += [("quiet", f"{len(self._claims) + 1}. {self._pending} …")] if self._pending else []
        rows = [
            row
            for style, line in lines
            for row in Text(visible(line), style=STYLES[style]).wrap(self.console, self.console.width)
        ]
        return Group(*rows[-max(1, self.console.height - 3) :], self._spinner)


def _mark(citation: Citation, sources: Sequence[Citation]) -> str:
    number = next((n for n, each in enumerate(sources, start=1) if _stretch(each) == _stretch(citation)), 0)
    return f"[{number}]"


def _stretch(citation: Citation) -> tuple[str, int, int]:
    return citation.document_id, citation.span.start, citation.span.end


def _where(citation: Citation) -> str:
    place = f", {citation.locator}" if citation.locator else ""
    return f"{citation.title}{place}, characters {citation.span.start}–{citation.span.end}"


def _shortened(text: str, length: int = 140) -> str:
    flat = " ".join(text.split())
    cut = flat.rfind(" ", length // 2, length)
    return flat if len(flat) <= length else flat[: cut if cut > 0 else length] + " …"
