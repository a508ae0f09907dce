"""What a terminal chat leaves on the disk: a conversation as a file, and the lines that were typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from assistant.client.told import ToldConversation
from assistant.conversation import Conversation, Exchange
from assistant.exporting import conversation_markdown
from assistant.rendering import as_json
from ingest.errors import BadInput

_REMEMBERED = 1000


def save(conversation: ToldConversation, name: str) -> Path:
    """Writes a conversation as Markdown or JSON, by the file's name; what is there already stays as it is."""
    path = Path(name).expanduser()
    forms = {".md": _markdown, ".json": _json}
    if path.suffix not in forms:
        raise BadInput("The file's name does not say in which form.", "/save FILE.md or /save FILE.json")
    text = forms[path.suffix](conversation)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as error:
        raise BadInput(f"{path} is there already.", "Give another name.") from error
    return path


@contextmanager
def remembered(home: Path) -> Iterator[None]:
    """Lines can be called back and edited, those of earlier talks too, where there is readline and a data folder."""
    try:
        import readline  # noqa: PLC0415 (not on every system)
    except ImportError:
        yield
        return
    kept = home / "chat-history"
    with suppress(OSError):
        readline.read_history_file(kept)
    readline.set_history_length(_REMEMBERED)
    try:
        yield
    finally:
        with suppress(OSError):
            if home.is_dir():
                readline.write_history_file(kept)


def _markdown(conversation: ToldConversation) -> str:
    turns = tuple(
        Exchange(
            id=turn.id,
            question=turn.question,
            state=turn.state,
            asked=turn.asked,
            ended=turn.ended,
            answer=as_json(turn.answer) if turn.answer else None,
        )
        for turn in conversation.turns
    )
    held = Conversation(id=conversation.id, title=conversation.title, created=conversation.created, turns=turns)
    return conversation_markdown(held, conversation.changed_since)


def _json(conversation: ToldConversation) -> str:
    return json.dumps(as_json(conversation), ensure_ascii=False, indent=2) + "\n"
