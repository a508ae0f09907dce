"""The chain: a question becomes a checked answer. A LangChain Runnable over a LangChain retriever.

    chain = Assistant(store).chain            # Runnable: str or Question in, Answer out
    chain.invoke("How accurate are the health codes?")

Its steps are Runnables too, so `invoke`, `astream`, `batch` and any LangChain callback work, and the retriever can be used
in other people's chains. `stream` tells the same answer as events while it is made.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableLambda
from langsmith import tracing_context

from assistant import background, quoted
from assistant.answer import Answer
from assistant.answering import Answering, by_words
from assistant.answering.scoring import Measures, Quote, Rarity
from assistant.asked import asked as asked_about
from assistant.asking_back import choices
from assistant.conversation import Turn
from assistant.doubts import Doubter, by_rules
from assistant.doubts.from_library import Among, FromLibrary
from assistant.events import Claimed, Delta, Done, Event, Failed, Passages, Searching
from assistant.followup import standalone
from assistant.model import ModelTrouble
from assistant.question import LONGEST_QUESTION, Question, Searched, Understood, asked, identity
from assistant.quoting import Selection, ranked, select
from assistant.retrieving import PassageRetriever
from assistant.stages import Stages
from assistant.versions import caveat_version
from assistant.writing import Writer, Written
from ingest.document import Chunk, Document, Span, Statement
from ingest.errors import CaveatError
from vectorstore.filters import Filters
from vectorstore.retrieval import Found, Passage
from vectorstore.store import Store
from vectorstore.terms import query_terms

_WARM = "It may be warm."
_NEAREST = 3
_KEPT = 4
_QUOTED_INSTEAD = "These are sentences from the library, word for word, closest first. Nothing was rephrased or joined."
_log = logging.getLogger("caveat")


class Assistant:
    """Answers questions from a store; `chain` is the whole way as one Runnable. Without a writer, answers are quoted."""

    def __init__(
        self,
        store: Store,
        *,
        passages: int = 10,
        writer: Writer | None = None,
        doubter: Doubter = by_rules,
        answering: Answering = by_words,
        among: Among | None = None,
    ) -> None:
        self._store = store
        self._passages = passages
        self._writer = writer
        self._doubter = doubter
        self._answering = answering
        self._doubting = FromLibrary(store, among=among)
        self.chain: Runnable[str | Question, Answer] = (
            RunnableLambda(self._understand, afunc=self._understand_async).with_config(run_name="question")
            | RunnableLambda(self._search).with_config(run_name="search")
            | RunnableLambda(self._answer, afunc=self._answer_async).with_config(
                run_name="write" if writer else "quote"
            )
        )

    def answer(
        self, text: str, filters: Filters | None = None, stages: Stages | None = None, turns: tuple[Turn, ...] = ()
    ) -> Answer:
        """The answer to a question; a refusal is an Answer too. LangChain's tracing, which would leave the machine, is off.

        `stages` collects how long each step took; `turns` are the earlier ones of the conversation.
        """
        with tracing_context(enabled=False):
            return self.chain.invoke(
                Question(text=text, filters=filters or Filters(), turns=turns),
                {"callbacks": [stages] if stages else None},
            )

    async def stream(self, question: Question) -> AsyncIterator[Event]:
        """The events of an answer, `Done` or `Failed` the last; leaving off stops the work, the model's too."""
        loop, stages = asyncio.get_running_loop(), Stages()
        queue: asyncio.Queue[Event | None] = asyncio.Queue()

        def tell(event: Event) -> None:
            loop.call_soon_threadsafe(queue.put_nowait, event)

        with tracing_context(enabled=False):
            work = asyncio.ensure_future(self.chain.ainvoke(replace(question, tell=tell), {"callbacks": [stages]}))
        work.add_done_callback(lambda _: queue.put_nowait(None))
        try:
            while (event := await queue.get()) is not None:
                yield event
            yield Done(answer=work.result(), seconds=stages.seconds)
        except CaveatError as error:
            yield Failed(code=error.code, message=error.message, hint=error.hint)
        except Exception as error:  # noqa: BLE001 (a stream always ends with an event)
            _log.exception("an answer failed", exc_info=error)
            yield Failed(code="internal", message="Something went wrong in Caveat.", hint="Its log says what.")
        finally:
            work.cancel()

    def warm(self) -> None:
        """Loads what the first question would wait for."""
        self._store.retriever.search("warm")
        statement = Statement(span=Span(start=0, end=len(_WARM)))
        document = Document(id="", title="", text=_WARM, source="", media_type="text/plain", statements=(statement,))
        chunk = Chunk(id="", document_id="", span=statement.span, statements=(0, 0), tokens=0)
        self._doubter([(document, statement)])
        self._answering("Is it warm?", [Passage(chunk=chunk, document=document, score=0.0, found_by="words")])

    def retriever(self, *, k: int = 10, filters: Filters | None = None) -> PassageRetriever:
        """The retriever alone, for other chains."""
        return PassageRetriever(retriever=self._store.retriever, k=k, filters=filters or Filters())

    def identity(self, question: Question) -> str:
        """The id that the answer will have: the same for the same question, library and day, new for a written one."""
        if self._writer:
            return question.identity or secrets.token_hex(10)
        day = asked_about(question.text, question.filters.as_of).last
        return question.identity or identity(question, self._versions(), day)

    def _understand(self, given: str | Question | Mapping[str, Any]) -> Understood:
        question = asked(given)
        if self._writer is None or not question.turns:
            return self._understood(question, standalone(question.text, question.turns))
        return background.begun(self._rewritten(question)).result()

    async def _understand_async(self, given: str | Question | Mapping[str, Any]) -> Understood:
        question = asked(given)
        if self._writer is None or not question.turns:
            return self._understood(question, standalone(question.text, question.turns))
        return await asyncio.wrap_future(background.begun(self._rewritten(question)))

    async def _rewritten(self, question: Question) -> Understood:
        """A follow-up made whole by the model; by rules where it picks a choice, or the model fails."""
        if self._writer is None or question.turns[-1].choices:
            return self._understood(question, standalone(question.text, question.turns))
        try:
            with tracing_context(enabled=False):
                return self._understood(question, await self._writer.rewrite(question.text, question.turns))
        except ModelTrouble as trouble:
            notice = f"{trouble.message} The question was put together from the last ones by rules."
            return self._understood(question, standalone(question.text, question.turns), notice)

    def _understood(self, question: Question, whole: str, *notices: str) -> Understood:
        return Understood(
            question=question,
            whole=whole[:LONGEST_QUESTION],
            identity=self.identity(question),
            versions=self._versions(),
            began=time.perf_counter(),
            notices=notices,
        )

    def _search(self, understood: Understood) -> Searched:
        question = understood.question
        question.tell(
            Searching(
                question=understood.whole,
                terms=tuple(query_terms(understood.whole)),
                filters=question.filters,
                documents=self._store.library.counts(question.filters)[0],
            )
        )
        found = self._found(understood)
        seconds = round(time.perf_counter() - understood.began, 4)
        question.tell(Passages(passages=found.passages, notices=found.notices, seconds=seconds))
        return Searched(understood=understood, found=found)

    def _found(self, understood: Understood) -> Found:
        filters = understood.question.filters
        found = self._store.retriever.search(understood.whole, limit=self._passages, filters=filters)
        if understood.whole == understood.question.text:
            return found
        return self._with_last_evidence(understood, found)

    def _with_last_evidence(self, understood: Understood, found: Found) -> Found:
        """What was found, and besides it those passages that the last answer rests on, so far as the filters admit them."""
        question = understood.question
        last = next((turn.cited for turn in reversed(question.turns) if turn.cited), ())
        missing = {*last} - {passage.chunk.id for passage in found.passages}
        if not missing:
            return found
        documents = tuple({chunk_id.rpartition("-")[0] for chunk_id in missing})
        allowed = question.filters.document_ids
        narrowed = replace(question.filters, document_ids=tuple(d for d in documents if not allowed or d in allowed))
        if not narrowed.document_ids:
            return found
        again = self._store.retriever.search(understood.whole, limit=3 * self._passages, filters=narrowed)
        kept = [passage for passage in again.passages if passage.chunk.id in missing][:_KEPT]
        return replace(found, passages=(*found.passages, *kept))

    def _answer(self, searched: Searched) -> Answer:
        if asked_back := self._ask_back(searched):
            return asked_back
        if self._writer is None:
            return self._quote(searched, self._select(searched))
        return background.begun(self._write(searched)).result()

    async def _answer_async(self, searched: Searched) -> Answer:
        if self._writer is None or self._ask_back(searched):
            return await asyncio.to_thread(self._answer, searched)
        return await asyncio.wrap_future(background.begun(self._write(searched)))

    def _ask_back(self, searched: Searched) -> Answer | None:
        """A question back, where several documents would answer, each otherwise; never twice in a row."""
        question = searched.understood.question
        if question.filters.document_ids or (question.turns and question.turns[-1].choices):
            return None
        offered = choices(searched.understood.whole, searched.found)
        if not offered:
            return None
        return replace(self._empty(searched), text=quoted.which(question.text), choices=offered)

    async def _write(self, searched: Searched) -> Answer:
        """The written answer; where the model fails, the quoted one with a notice that says so."""
        question, found = searched.understood.question, searched.found
        if self._writer is None or not found.passages:
            return self._quote(searched, await asyncio.to_thread(self._select, searched))

        def rank() -> tuple[Quote, ...]:
            return ranked(searched.understood.whole, found, self.measures())

        try:
            with tracing_context(enabled=False):
                written = await self._writer.write(
                    searched.understood.whole, found.passages, rank, self._doubting_at(searched), question.tell
                )
            self._still_there(written)
        except ModelTrouble as trouble:
            question.tell(Delta(claim_id="", text="", restart=True))
            again = replace(searched, found=await asyncio.to_thread(self._found, searched.understood))
            answer = await asyncio.to_thread(lambda: self._quote(again, self._select(again)))
            notice = f"{trouble.message} {_QUOTED_INSTEAD}"
            return replace(answer, notices=(notice, *answer.notices))
        return self._written(searched, written)

    def _still_there(self, written: Written) -> None:
        """Law 3 for answers that take their time: what they and their doubts cite is in the library when they end."""
        cited = {
            citation.document_id
            for claim in written.claims
            for citations in (claim.citations, *(doubt.evidence for doubt in claim.doubts))
            for citation in citations
        }
        if cited - self._store.library.live(list(cited)):
            raise ModelTrouble("wrong", "A document was removed while the answer was being written.")

    def _select(self, searched: Searched) -> Selection:
        understood = searched.understood
        return select(understood.whole, searched.found, self.measures(), asked=understood.question.text)

    def _quote(self, searched: Searched, selection: Selection) -> Answer:
        answer = self._empty(searched)
        if not selection.quotes:
            return replace(
                answer,
                refused=True,
                text=self._refusal(searched),
                missing=quoted.missing(selection),
                nearest=searched.found.passages[:_NEAREST],
            )
        claims, text = quoted.claims(selection.quotes, self._doubter)
        claims = self._doubting_at(searched).doubted(claims)
        for claim in claims:
            searched.understood.question.tell(Delta(claim_id=claim.id, text=claim.text))
            searched.understood.question.tell(Claimed(claim=claim))
        return replace(answer, text=text, claims=claims, missing=quoted.missing(selection))

    def _written(self, searched: Searched, written: Written) -> Answer:
        answer = replace(
            self._empty(searched),
            mode="written",
            claims=tuple(written.claims),
            text=written.text,
            missing=tuple(written.missing),
            usage=written.usage,
        )
        answer = replace(
            answer,
            notices=(*written.notices, *answer.notices),
            versions={
                **answer.versions,
                "model": self._writer.model.name if self._writer else "none",
                "prompts": written.prompts,
            },
        )
        if written.claims:
            return answer
        return replace(answer, refused=True, text=self._refusal(searched), nearest=searched.found.passages[:_NEAREST])

    def _empty(self, searched: Searched) -> Answer:
        understood = searched.understood
        return Answer(
            id=understood.identity,
            question=understood.question.text,
            text="",
            claims=(),
            passages=searched.found.passages,
            refused=False,
            notices=(*understood.notices, *searched.found.notices),
            versions=understood.versions,
            standalone=understood.whole,
        )

    def _doubting_at(self, searched: Searched) -> FromLibrary:
        """The library's doubts at the time that the question is about."""
        understood = searched.understood
        return self._doubting.at(asked_about(understood.whole, understood.question.filters.as_of))

    def _refusal(self, searched: Searched) -> str:
        filters = searched.understood.question.filters
        return quoted.refusal(*self._store.library.counts(filters), filtered=bool(filters))

    def _versions(self) -> dict[str, str]:
        return {
            "answers": "words" if self._answering is by_words else "trained",
            "caveat": caveat_version(),
            "doubts": "rules" if self._doubter is by_rules else "trained",
            "embedder": self._store.embedder.stamp,
            "library": str(self._store.library.last_change()),
        }

    def measures(self) -> Measures:
        """What statements are measured by in this library."""
        return Measures(embedder=self._store.embedder, words=self.rarity(), answering=self._answering)

    def rarity(self) -> Rarity:
        """How much a term tells in this library."""
        from vectorstore.words import WordIndex  # noqa: PLC0415 (only where it is used)

        index = self._store.words.index
        return index if isinstance(index, WordIndex) else _EqualRarity()


class _EqualRarity:
    """Every term as rare as any other: while the word index is being rebuilt."""

    def rarity(self, wanted: Any) -> Mapping[str, float]:
        return dict.fromkeys(wanted, 1.0)
