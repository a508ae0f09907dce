"""Follow-ups over pooled passages: the last turn alone, made whole by rules, and rewritten by a chat model.

    python -m evals.followups ../shared/data/mtrag_un [--model-url URL] [--home FOLDER]

Retrieval at the weights as shipped, and how often Caveat asks back, rightly and wrongly. The numbers of `assistant/followup.toml`
and `assistant/asking_back.toml` come from the build half; the report half is what counts.
"""

from __future__ import annotations

import argparse
import json
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from langchain.chat_models import init_chat_model

import prompts
from assistant.asking_back import choices
from assistant.conversation import Turn
from assistant.followup import standalone
from evals.case import Case
from evals.formats import open_set
from evals.retrieval import measured, pooled_store
from vectorstore.retrieval import Weights
from vectorstore.store import Store

HALVES = ("build", "report")
Row = dict[str, object]
Rewriting = Callable[[str, Sequence[Turn]], str]


def whole(case: Case, rewriting: Rewriting) -> str:
    """The last question of a case, each question before it having been made whole in its turn."""
    return rewriting(str(case.question), conversation(case, rewriting))


def conversation(case: Case, rewriting: Rewriting) -> list[Turn]:
    """The turns of a case as Caveat would have kept them."""
    turns: list[Turn] = []
    for each in case.history:
        meant = rewriting(each.question, turns)
        turns.append(Turn(question=each.question, standalone=meant, answer=each.answer))
    return turns


def model_rewriting(url: str) -> Rewriting:
    """A chat model's rewriting with the prompt that ships; asked for the last question alone, earlier ones stay as asked."""
    model = init_chat_model("openai:scripted-good", base_url=url, api_key="none")

    def rewriting(question: str, turns: Sequence[Turn]) -> str:
        if not turns:
            return question
        told = "\n".join(f"Question: {turn.question}\nAnswer: {turn.answer}" for turn in turns)
        prompt = prompts.load("standalone").filled(mark=secrets.token_hex(4), conversation=told, question=question)
        return model.invoke(prompt).text.strip() or question

    return rewriting


def retrieval(store: Store, cases: Sequence[Case], ways: Mapping[str, Mapping[str, str]]) -> Iterator[Row]:
    """nDCG@5 and Recall@10 of each way, for each half, all questions and follow-ups only."""
    for half in HALVES:
        for group in ("all", "follow-ups"):
            members = [case for case in cases if half in case.tags and (group == "all" or "follow-up" in case.tags)]
            for way, texts in ways.items():
                asked = [case.model_copy(update={"question": texts[case.id]}) for case in members]
                changed = sum(texts[case.id] != case.question for case in members)
                figures = measured(store, asked, Weights(near_copy=2.0))
                yield {"half": half, "questions": group, "n": len(members), "way": way, "changed": changed, **figures}


def asking_back(store: Store, cases: Sequence[Case], texts: Mapping[str, str]) -> Iterator[Row]:
    """How often Caveat asks back, by what the question's label says."""
    for half in HALVES:
        for label in ("underspecified", "answerable", "partial", "unanswerable"):
            members = [case for case in cases if half in case.tags and case.tags[2:] == (label,)]
            asked = sum(bool(choices(text, store.retriever.search(text))) for text in (texts[c.id] for c in members))
            yield {"half": half, "label": label, "n": len(members), "asked_back": asked}


def main() -> None:
    """Prints a JSON line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model-url", help="a server that speaks OpenAI's API, such as `python -m evals.model` starts")
    parser.add_argument("--home", type=Path, help="where the pooled library is kept for the next time")
    given = parser.parse_args()
    pooled = open_set("mtrag_un", given.folder)
    rewritings: dict[str, Rewriting] = {"last turn alone": lambda question, _: question, "rules": standalone}
    ways = {way: {case.id: whole(case, each) for case in pooled.cases} for way, each in rewritings.items()}
    if given.model_url:
        asked = model_rewriting(given.model_url)
        ways["model"] = {
            case.id: asked(str(case.question), conversation(case, rewritings["last turn alone"]))
            for case in pooled.cases
        }
    with tempfile.TemporaryDirectory() as scratch, pooled_store(pooled, given.home or Path(scratch)) as store:
        for row in retrieval(store, [case for case in pooled.cases if case.expect.documents], ways):
            print(json.dumps(row), flush=True)
        for row in asking_back(store, pooled.cases, ways["rules"]):
            print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
