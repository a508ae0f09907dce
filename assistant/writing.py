"""Answers that a chat model writes: evidence in, sentences out, each one checked and tied to the exact words it rests on.

A reply is shown as it comes: its words as they are written, each sentence as a claim once it is whole and checked. A reply
that ends as no answer (it broke off, refused, or rests on none of its evidence) raises ModelTrouble, and the chain quotes.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Protocol

import prompts
from assistant.answer import Claim
from assistant.checking.verifier import Fault, Judgement, Verifier
from assistant.citing import REMOVED, Sentence, Splitter, plain
from assistant.claiming import chinese, claimed, unstrayed, without_instructions
from assistant.conversation import Turn
from assistant.doubts import Doubter, by_rules
from assistant.events import Claimed, Delta, Tell
from assistant.evidence import Evidence, Messages, Rank, gathered, harmless, messages
from assistant.instructions import instructs
from assistant.model import ChatModel, ModelTrouble, Reply
from ingest.document import Span
from vectorstore.retrieval import Passage
from vectorstore.terms import terms

_LETTERS_IN_A_TOKEN = 8
_BETWEEN_DELTAS = 0.06
"""Seconds: words come in small groups, since every event costs each reader something."""
_TURNS, _REMEMBERED, _LONGEST_REWRITTEN, _LONGEST_GAP = 6, 600, 600, 300


class Doubting(Protocol):
    """Adds the library's doubts to claims."""

    def doubted(self, claims: Sequence[Claim]) -> tuple[Claim, ...]:
        """The claims with them, in order."""


@dataclass(slots=True, kw_only=True)
class Written:
    """A written answer as it grows: its claims, its text, the gaps it names, and what a reader must know of it."""

    text: str = ""
    claims: list[Claim] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    usage: dict[str, float] = field(default_factory=dict)
    dropped: int = 0
    line: int = 0
    prompts: str = ""
    doubting: Doubting | None = None
    doubter: Doubter = by_rules


class Writer:
    """Writes answers with a chat model and checks them; `drops` leaves out what nothing supports, instead of marking it."""

    def __init__(
        self, model: ChatModel, verifier: Verifier, *, drops: bool = False, doubter: Doubter = by_rules
    ) -> None:
        self.model = model
        self._verifier = verifier
        self._drops = drops
        self._doubter = doubter

    async def write(
        self, question: str, passages: Sequence[Passage], rank: Rank, doubting: Doubting, tell: Tell
    ) -> Written:
        """The answer to a question from some passages; a ModelTrouble where there is none."""
        given = await asyncio.to_thread(gathered, passages, rank, self._room(question), self.model.tokens)
        if not given:
            raise ModelTrouble("wrong", "No evidence fits the model.", "Raise CAVEAT_MODEL_CONTEXT.")
        sent, written, reply = messages(question, given), Written(doubting=doubting, doubter=self._doubter), Reply()
        written.prompts = sent.prompts
        text = await self._follow(sent, given, question, written, reply, tell)
        written.usage = self._usage(sent, text, reply)
        if any(each.withheld for each in given):
            written.notices.append(
                "Words in the evidence that address a program, not a reader, were withheld from the model."
            )
        if written.dropped:
            several = "1 sentence" if written.dropped == 1 else f"{written.dropped} sentences"
            written.notices.append(
                f"{several} that nothing in the evidence supports {'was' if written.dropped == 1 else 'were'} left out."
            )
        if reply.finish == "length":
            written.notices.append("The model reached its limit: its last sentence was unfinished and is left out.")
        _worth_showing(self.model.told, written)
        return written

    async def _follow(
        self, sent: Messages, given: Sequence[Evidence], question: str, written: Written, reply: Reply, tell: Tell
    ) -> str:
        """Reads the reply to its end, telling words and claims as they come; the whole text of it."""
        splitter, said, shown, told = Splitter(len(given)), "", "", 0.0
        async with aclosing(self.model.stream(sent.system, sent.human, reply)) as pieces:
            async for piece in pieces:
                said += piece
                if len(said) > _LETTERS_IN_A_TOKEN * self.model.reply:
                    raise ModelTrouble("broke_off", f"{self.model.told} came to no end.")
                for sentence in splitter.feed(piece):
                    await self._settle(sentence, given, question, written, tell)
                    shown = ""
                if (now := time.monotonic()) - told < _BETWEEN_DELTAS:
                    continue
                pending = splitter.pending.rstrip()
                if pending.startswith(shown) and len(pending) > len(shown):
                    tell(Delta(claim_id=_next_id(written), text=pending[len(shown) :]))
                    shown, told = pending, now
        left = splitter.close()
        if reply.finish == "length" and not said.rstrip().endswith((".", "!", "?", "。", "！", "？")):
            left = left[:-1]
        for sentence in left:
            await self._settle(sentence, given, question, written, tell)
        return said

    async def _settle(
        self, sentence: Sentence, given: Sequence[Evidence], question: str, written: Written, tell: Tell
    ) -> None:
        """Checks a sentence and adds it to the answer."""
        if sentence.missing:
            written.missing.append(_gap(sentence.text, question))
            return
        if _claims_nothing(sentence):
            return
        judgement = await asyncio.to_thread(judged, sentence, given, self._verifier, question)
        if self._drops and judgement.verdict == "not_found" and any(f.kind == "unsupported" for f in judgement.faults):
            written.dropped += 1
            return
        claim = await asyncio.to_thread(added, written, sentence, judgement, given)
        tell(Claimed(claim=claim))

    async def rewrite(self, question: str, turns: Sequence[Turn]) -> str:
        """A follow-up as a question that stands alone; a ModelTrouble where the model gives none."""
        prompt = prompts.load("standalone")
        told = "\n".join(f"Question: {turn.meant}\nAnswer: {turn.answer[:_REMEMBERED]}" for turn in turns[-_TURNS:])
        human = prompt.filled(mark=secrets.token_hex(6), conversation=harmless(told), question=harmless(question))
        said, reply = "", Reply()
        async with aclosing(self.model.stream("", human, reply)) as pieces:
            async for piece in pieces:
                said += piece
                if len(said) > _LONGEST_REWRITTEN:
                    raise ModelTrouble("wrong", f"{self.model.told} did not rewrite the question.")
        lines = [line for line in plain(said).strip().splitlines() if line.strip()]
        if len(lines) != 1:
            raise ModelTrouble("wrong", f"{self.model.told} did not rewrite the question.")
        return lines[0].strip().removeprefix("Question:").strip().strip('"“”') or question

    def _room(self, question: str) -> int:
        """The tokens that evidence may take: what the model takes in, less the prompt and room for the reply."""
        empty = messages(question, ())
        prompt = self.model.tokens.count(empty.system) + self.model.tokens.count(empty.human)
        return self.model.context - self.model.reply - prompt - 64

    def _usage(self, sent: Messages, text: str, reply: Reply) -> dict[str, float]:
        """The model's own count of its tokens; where it tells none, ours, and whether ours is an estimate."""
        count = self.model.tokens.count
        ours = {"prompt_tokens": float(count(sent.system) + count(sent.human)), "completion_tokens": float(count(text))}
        told = {name: value for name, value in reply.usage.items() if value}
        usage = ours | told
        estimated = self.model.tokens.estimated and len(told) < len(ours)
        return {**usage, "total_tokens": sum(usage.values()), "estimated": float(estimated)}


def judged(sentence: Sentence, given: Sequence[Evidence], verifier: Verifier, question: str) -> Judgement:
    """The judgement of a sentence by the evidence that its markers name; a marker that names none is a fault."""
    named = {each.key: each.passage for each in given}
    unknown = [key for key in sentence.keys if key not in named]
    cited = [named[key] for key in sentence.keys if key in named]
    others = [each.passage for each in given if each.passage not in cited]
    if unknown and not cited:
        return Judgement(verdict="not_found", faults=(_nowhere(unknown, sentence.text),))
    judgement = without_instructions(verifier.verify(sentence.text, cited, others, question), sentence.text)
    faults = judgement.faults
    if unknown:
        faults = (_nowhere(unknown, sentence.text), *(each for each in faults if each.kind != "unsupported"))
    if sentence.removed and not any(each.kind == "unsupported" for each in faults):
        faults = (*faults, _linked(sentence.text))
    return unstrayed(replace(judgement, faults=faults))


def added(written: Written, sentence: Sentence, judgement: Judgement, given: Sequence[Evidence]) -> Claim:
    """The claim that a sentence makes, at the end of the answer's text.

    Where it could not be told which statements it rests on, such as in another language, it cites whole passages.
    """
    named = [each.passage for each in given if each.key in sentence.keys and judgement.verdict == "unchecked"]
    if written.text:
        written.text += "\n" if sentence.line != written.line else "" if _han_end(written.text) else " "
    written.line = sentence.line
    start = len(written.text)
    written.text += sentence.text
    claim = claimed(_next_id(written), sentence.text, start, judgement, named, doubter=written.doubter)
    if written.doubting is not None:
        [claim] = written.doubting.doubted([claim])
    written.claims.append(claim)
    return claim


def _nowhere(keys: Sequence[str], claim: str) -> Fault:
    told = ", ".join(f"[{key}]" for key in keys)
    if chinese(claim):
        return Fault(kind="unsupported", reason=f"它引用了{told}，而所给材料中没有这一条。")
    return Fault(kind="unsupported", reason=f"It cites {told}, and no such evidence was given.")


def _linked(claim: str) -> Fault:
    words = claim.find(REMOVED)
    span = Span(start=words, end=words + len(REMOVED)) if words >= 0 else None
    if chinese(claim):
        return Fault(kind="unsupported", reason="它带有链接或图片，已删除；材料本身不会给出链接。", words=span)
    return Fault(kind="unsupported", reason="It held a link or an image, which was taken out.", words=span)


def _worth_showing(name: str, written: Written) -> None:
    """Raises where nothing that was written rests on the evidence, and the model did not say that it found nothing."""
    if not written.claims and not written.missing:
        raise ModelTrouble("wrong", f"{name} wrote nothing that could be used.")
    if written.claims and not any(claim.citations for claim in written.claims):
        raise ModelTrouble("wrong", f"{name} wrote what rests on none of the evidence.")


def _claims_nothing(sentence: Sentence) -> bool:
    """Whether a line only announces what follows it: a heading, or "The notice asks platforms to:". It is left out."""
    if sentence.keys:
        return False
    ended = sentence.text.endswith((".", "!", "?", "。", "！", "？", "…", '"', "”", "」"))
    leads = sentence.text.endswith((":", "：")) and len(sentence.text) < 80
    return leads or (not ended and len(sentence.text.split()) <= 4 and len(sentence.text) < 40)


def _gap(text: str, question: str) -> str:
    """A gap as the model names it, where it keeps to what was asked; a gap bears no citation that could be checked."""
    own, wanted = set(terms(text)), set(terms(question))
    figures = {each for each in own if each[0].isdigit()} - wanted
    if own & wanted and not figures and not instructs(text) and REMOVED not in text and len(text) <= _LONGEST_GAP:
        return text
    return "材料没有回答问题的某一部分。" if chinese(question) else "The evidence leaves a part of the question open."


def _next_id(written: Written) -> str:
    return f"c{len(written.claims) + 1}"


def _han_end(text: str) -> bool:
    return text[-1] in "。！？”」』；"
