"""`caveat chat`: questions one after another on a terminal, in this process or with a server; or lines in and lines out of a pipe.

A line that begins with / is a command (`/help` lists them), a number picks one of the questions that Caveat asked back, and all
else is a question. Ctrl-C stops the answer that is being made, Ctrl-D leaves. In a pipe each answer is printed when it is
whole, and the status is 1 where a line failed.
"""

from __future__ import annotations

import io
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from assistant.client.told import ListedConversation, ToldConversation
from assistant.events import Done, Failed
from assistant.settings import Settings
from assistant.terminal.partners import Here, Partner, There
from assistant.terminal.saving import remembered, save
from assistant.terminal.showing import Line, Screen, answer_lines, doubt_lines, source_lines
from ingest.errors import BadInput, CaveatError
from vectorstore.filters import Filters

_FILTERS = {
    "issuer": "issuer",
    "kind": "kind",
    "status": "status",
    "language": "language",
    "document": "document_ids",
    "from": "issued_from",
    "to": "issued_to",
    "as_of": "as_of",
}
_UNANSWERED = {
    "running": "This question is still being answered.",
    "stopped": "The answer was stopped; nothing of it is kept.",
    "failed": "This question could not be answered.",
}


def chat(settings: Settings, filters: Filters, conversation_id: str | None, url: str | None, key: str) -> int:
    """Talks until the input ends; 1 where a line of a pipe failed."""
    with There(url, key) if url else Here(settings) as partner:
        talk = Chat(partner, filters)
        if sys.stdin.isatty() and sys.stdout.isatty():
            talk.begin(conversation_id, greet=True)
            with remembered(settings.home):
                return talk.converse()
        talk.begin(conversation_id, greet=False)
        return talk.read_through()


class Chat:
    """A talk with a partner."""

    def __init__(self, partner: Partner, filters: Filters) -> None:
        self._partner = partner
        self._filters = filters
        self._screen = Screen()
        self._last: Done | None = None
        self._listed: tuple[ListedConversation, ...] = ()
        self._left = False
        self._commands: Mapping[str, tuple[Callable[[str], None], str]] = {
            "/sources": (
                lambda _: self._put(source_lines(self._answered().answer)),
                "the exact words the answer cites",
            ),
            "/doubts": (lambda _: self._put(doubt_lines(self._answered().answer)), "what to doubt, with what shows it"),
            "/save": (self._save, "FILE.md or FILE.json: keep the conversation as a file"),
            "/new": (self._new, "begin another conversation"),
            "/history": (self._history, "the conversations so far"),
            "/open": (self._open, "N or an id: go on with a conversation"),
            "/filters": (
                self._filter,
                'kind=notice issuer="..." from=2020-01-01 ..., or none: which documents are asked',
            ),
            "/help": (self._help, "this list"),
            "/quit": (self._quit, "leave, as Ctrl-D does"),
        }

    def begin(self, conversation_id: str | None, *, greet: bool) -> None:
        """Greets, and opens a conversation; an error where the partner or the conversation is not there."""
        greeting = self._partner.greeting()
        if greet:
            self._put([("quiet", f"{greeting} Ctrl-C stops an answer, Ctrl-D leaves, /help lists the commands.")])
        if conversation_id:
            self._show(self._partner.conversation(conversation_id), whole=greet)

    def converse(self) -> int:
        """On a terminal: a prompt, until it is left."""
        while not self._left:
            try:
                line = input("\n> ")
                self._take(line)
            except EOFError:
                self._put([("plain", "")])
                break
            except KeyboardInterrupt:
                self._put([("plain", ""), ("quiet", "Stopped. Ctrl-D leaves.")])
            except (CaveatError, OSError) as error:
                self._complain(error)
        return 0

    def read_through(self) -> int:
        """Lines of a pipe or a file: each with its question before it; an error does not end it."""
        failed = False
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        for line in sys.stdin:
            if self._left:
                break
            if line.strip():
                self._put([("question", line.strip())])
                try:
                    failed |= not self._take(line)
                except BrokenPipeError:
                    raise
                except (CaveatError, OSError) as error:
                    self._complain(error)
                    failed = True
                self._put([("plain", "")])
        return 1 if failed else 0

    def _take(self, line: str) -> bool:
        """Does what a line says; False where a question came to no answer."""
        line = line.encode("utf-8", "replace").decode().strip()
        if line.startswith("/"):
            name, _, rest = line.partition(" ")
            if name not in self._commands:
                raise BadInput(f"There is no command {name}.", "/help lists them.")
            self._commands[name][0](rest.strip())
            return True
        return self._ask(self._picked(line)) if line else True

    def _picked(self, line: str) -> str:
        """A number as the question that it stands for, where Caveat asked back."""
        choices = self._last.answer.choices if self._last else ()
        if line.isdecimal() and 1 <= int(line) <= len(choices):
            return choices[int(line) - 1]
        return line

    def _ask(self, question: str) -> bool:
        with self._screen.watching():
            self._partner.ask(question, self._filters, self._screen.show)
        match self._screen.result:
            case Done() as done:
                self._last = done
                self._put(answer_lines(done.answer))
                return True
            case Failed(message=message, hint=hint):
                self._screen.complain(message, hint)
        return False

    def _answered(self) -> Done:
        if self._last is None:
            raise BadInput("There is no answer yet.", "Ask something first.")
        return self._last

    def _save(self, name: str) -> None:
        if self._partner.conversation_id is None:
            raise BadInput("There is nothing to save yet.", "Ask something first.")
        conversation = self._partner.conversation(self._partner.conversation_id)
        path = save(conversation, name)
        self._put([("quiet", f"Saved {len(conversation.turns)} questions with their answers as {path}.")])

    def _new(self, _: str) -> None:
        self._partner.conversation_id, self._last = None, None
        self._put([("quiet", "A new conversation begins with the next question.")])

    def _history(self, _: str) -> None:
        self._listed = self._partner.conversations()
        for number, each in enumerate(self._listed, start=1):
            here = " (this one)" if each.id == self._partner.conversation_id else ""
            questions = f"{each.turns} question{'' if each.turns == 1 else 's'}"
            self._put(
                [("plain", f"{number:3}. {each.title}{here}"), ("quiet", f"     {each.updated[:16]}  {questions}")]
            )
        if not self._listed:
            self._put([("quiet", "There are no conversations yet.")])

    def _open(self, name: str) -> None:
        if name.isdecimal() and len(name) < 4:
            listed = self._listed or self._partner.conversations()
            if not 1 <= int(name) <= len(listed):
                raise BadInput(f"There is no conversation {name}.", "/history lists them with their numbers.")
            name = listed[int(name) - 1].id
        if not name:
            raise BadInput("Which one?", "/history lists them; /open 1 opens the first.")
        self._show(self._partner.conversation(name), whole=True)

    def _show(self, conversation: ToldConversation, *, whole: bool) -> None:
        """Goes on with a conversation; the questions that were asked in it, and the last answer."""
        self._partner.conversation_id, self._last = conversation.id, None
        for turn in conversation.turns:
            self._last = Done(answer=turn.answer) if turn.answer else self._last
        if whole:
            self._put([("question", conversation.title)])
            self._put(("quiet", f"  {turn.question}") for turn in conversation.turns)
            final = conversation.turns[-1] if conversation.turns else None
            if final and final.answer:
                self._put([("plain", ""), ("question", final.question), *answer_lines(final.answer)])
            elif final:
                self._put([("quiet", _UNANSWERED.get(final.state, "Nothing was shown."))])
            self._put(("doubt", fact) for fact in conversation.changed_since)

    def _filter(self, given: str) -> None:
        if given:
            self._filters = Filters() if given == "none" else read_filters(given)
        held = {name: getattr(self._filters, field) for name, field in _FILTERS.items()}
        told = [
            f"{name}={each}"
            for name, value in held.items()
            for each in (value if isinstance(value, tuple) else [value])
        ]
        said = ", ".join(each for each in told if not each.endswith("=None"))
        self._put([("quiet", f"Asked are documents with {said}." if said else "All documents are asked.")])

    def _help(self, _: str) -> None:
        self._put(("plain", f"  {name:9} {about}") for name, (_, about) in self._commands.items())

    def _quit(self, _: str) -> None:
        self._left = True

    def _complain(self, error: CaveatError | OSError) -> None:
        if isinstance(error, CaveatError):
            self._screen.complain(error.message, error.hint)
        else:
            self._screen.complain(f"{error.filename or ''}: {error.strerror or error}.".lstrip(": "), "")

    def _put(self, lines: Iterable[Line]) -> None:
        self._screen.put(lines)


def read_filters(given: str) -> Filters:
    """Filters out of words; a name that comes again is an alternative.

    >>> read_filters('kind=notice kind=report issuer="Ministry of Sugar" from=2020-01-01').kind
    ('notice', 'report')
    """
    held: dict[str, Any] = {}
    try:
        words = shlex.split(given)
        for word in words:
            name, _, value = word.partition("=")
            field = _FILTERS[name.replace("-", "_")]
            if field in {"issued_from", "issued_to", "as_of"}:
                held[field] = date.fromisoformat(value)
            else:
                held[field] = (*held.get(field, ()), value)
    except KeyError as error:
        raise BadInput(f"There is no filter {error.args[0]}.", f"There are {', '.join(_FILTERS)}.") from error
    except ValueError as error:
        raise BadInput(
            f"The filters do not read: {error}.", 'As in kind=notice issuer="A b" from=2020-02-24'
        ) from error
    return Filters(**held)
