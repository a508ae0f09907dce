"""`make demo`: two answers with citations and doubts, and one refusal, from the sample library."""

from __future__ import annotations

from rich.console import Console

from assistant import wiring
from assistant.commands import print_answer
from assistant.settings import read_settings

QUESTIONS = (
    "How reliable is the health code?",
    "Who set up an emergency supply platform?",
    "What did the ministry say about semiconductor exports?",
)


def main() -> None:
    """Asks and prints."""
    settings = read_settings()
    with wiring.open_store(settings) as store:
        assistant = wiring.assistant(store, settings)
        for question in QUESTIONS:
            Console().rule(style="dim")
            print_answer(assistant.answer(question))


if __name__ == "__main__":
    main()
