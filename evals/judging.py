"""A chat model's opinion on each claim of a run, where one is asked for: advisory, marked so, and never a gate.

Kept beside the run in `judgements.jsonl`, with the model and the version of the prompt, so that nobody takes it for a figure
that is measured.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path
from string import Template
from typing import Any

from evals.kept import Json, Kept, write_lines
from ingest.errors import BadInput, CaveatError

PROMPT = Path(__file__).parent / "judging.md"
_PATIENCE = 1
_WORDS = ("yes", "no", "unclear")


def judge(folder: Path, kept: Kept, name: str, url: str) -> Json:
    """Asks the model about each claim with citations, and keeps what it said; counts by opinion, `failed` where it gave none."""
    model, prompt = _model(name, url), PROMPT.read_text(encoding="utf-8")
    version = hashlib.sha256(prompt.encode()).hexdigest()[:16]
    lines: list[Json] = []
    for case in kept.cases:
        for claim in (kept.results[case.id].get("answer") or {}).get("claims", ()):
            passage = "\n".join(citation["quote"] for citation in claim["citations"])
            opinion = _opinion(model, Template(prompt), passage, claim["text"])
            lines.append({"id": case.id, "claim": claim["id"], **opinion, "model": name, "prompt": version})
    write_lines(folder / "judgements.jsonl", lines)
    counts = {word: sum(each["opinion"] == word for each in lines) for word in (*_WORDS, "failed")}
    return {"model": name, "prompt": version, "claims": len(lines), **counts}


def told(counts: Json) -> str:
    """The counts in a line that says what they are worth.

    >>> told({"model": "m", "claims": 2, "yes": 1, "no": 0, "unclear": 0, "failed": 1})
    'Advisory, by the chat model m, and no gate: of 2 claims it finds 1 carried, 0 not, 0 unclear; 1 without an opinion.'
    """
    return (
        f"Advisory, by the chat model {counts['model']}, and no gate: of {counts['claims']} claims it finds {counts['yes']} carried, "
        f"{counts['no']} not, {counts['unclear']} unclear; {counts['failed']} without an opinion."
    )


def _model(name: str, url: str) -> Any:
    from langchain.chat_models import init_chat_model  # noqa: PLC0415 (seconds of import, only where a judge is asked for)

    sent: Json = {"temperature": 0, "timeout": 60, "max_retries": _PATIENCE} | ({"base_url": url} if url else {})
    try:
        return init_chat_model(name, **sent)
    except (ImportError, ValueError) as error:
        raise BadInput(
            f"The judge {name!r} cannot be used: {error}", "Name it as provider:model and install langchain-<provider>."
        ) from error
    except Exception as error:  # a client's own error, such as a missing key
        raise CaveatError(
            f"The judge {name!r} cannot be used: {error}", "Give its key in the provider's variable."
        ) from error


def _opinion(model: Any, prompt: Template, passage: str, claim: str) -> Json:
    marker = secrets.token_hex(8)
    try:
        said = str(model.invoke(prompt.substitute(marker=marker, passage=passage, claim=claim)).content)
    except Exception as error:  # noqa: BLE001 (what a model's client raises is no one tree; the case is told, the run goes on)
        return {"opinion": "failed", "said": f"{type(error).__name__}: {error}"}
    first = said.strip().strip("`*.").split()[:1]
    word = first[0].strip("`*.,").lower() if first else ""
    return {"opinion": word if word in _WORDS else "failed", "said": said[:500]}
