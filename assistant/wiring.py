"""Concrete parts out of settings: the only place that names them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.answering import Answering, by_words
from assistant.answering.scoring import Rarity
from assistant.checking.verifier import Verifier
from assistant.doubts import Doubter, by_rules
from assistant.settings import Settings
from ingest.errors import BadInput
from vectorstore.embedding import DEFAULT, Embedder, HashingEmbedder, Precision, SentenceEmbedder
from vectorstore.store import Store

if TYPE_CHECKING:
    from assistant.archive import Archive
    from assistant.chain import Assistant
    from assistant.checking.prose import PairReader
    from assistant.doubts.opposing import Comparer, Opposing
    from assistant.doubts.reading import Known
    from assistant.drafts import Checker
    from assistant.model import ChatModel
    from assistant.writing import Writer

ADAPTER = Path(__file__).parent / "checking" / "adapter" / "adapter.safetensors"
DRAFTS_ADAPTER, DRAFTS_NETWORKS = ADAPTER.with_name("drafts.safetensors"), ADAPTER.with_name("chinese.safetensors")
DOUBTS_ADAPTER = Path(__file__).parent / "doubts" / "adapter" / "adapter.safetensors"
_NETWORKS = Path(__file__).parent / "doubts" / "networks"
DOUBTS_NETWORKS: Mapping[Known, Path] = {"en": _NETWORKS / "en.safetensors", "zh": _NETWORKS / "zh.safetensors"}
ANSWERS_ADAPTER = Path(__file__).parent / "answering" / "adapter" / "adapter.safetensors"
ANSWERS_NETWORKS = Path(__file__).parent / "answering" / "networks" / "zh.safetensors"
_FOR_THE_PROMPT = 600
"""Tokens that are left to the words around what a chat model is shown."""
_FOR_A_CLAIM = 2
"""Times the passages of an answer: what a claim rests on may stand in one document among many that are alike."""


def embedder(settings: Settings) -> Embedder:
    """The embedder that the settings name; its model is loaded when it first embeds."""
    if settings.embedder == "hashing":
        return HashingEmbedder()
    return SentenceEmbedder(settings.embedder, precision=settings.precision, download=settings.embedder_download)


def open_store(settings: Settings) -> Store:
    """The data folder, owned by this process until it is closed."""
    return Store(settings.home, embedder(settings), library_url=settings.library_url, chroma_url=settings.chroma_url)


def open_archive(settings: Settings, store: Store) -> Archive:
    """The conversations, beside the library."""
    from assistant.archive import Archive  # noqa: PLC0415 (only where conversations are kept)

    return Archive(settings.library_url or f"sqlite:///{store.home / 'conversations.db'}")


def embed_again(settings: Settings) -> int:
    """Embeds every passage of the library with the embedder that is set; how many."""
    with Store(
        settings.home, embedder(settings), library_url=settings.library_url, chroma_url=settings.chroma_url, adopt=True
    ) as store:
        return store.embed_again()


def assistant(store: Store, settings: Settings) -> Assistant:
    """The chain that answers from a store: it writes where a chat model is set, and quotes where none is."""
    from assistant.chain import Assistant  # noqa: PLC0415 (langchain takes a second to import)

    finds, reads = doubter(settings), answering(settings)
    among = weighing(store.embedder, settings).among
    plain = Assistant(store, passages=settings.passages, doubter=finds, answering=reads, among=among)
    if not names_a_model(settings):
        return plain
    writer = _writer(settings, verifier(store.embedder, plain.rarity, settings), finds)
    return Assistant(store, passages=settings.passages, writer=writer, doubter=finds, answering=reads, among=among)


def answering(settings: Settings) -> Answering:
    """What tells how far statements answer a question: the shipped reader, loaded when it first reads, or words alone."""
    return by_words if settings.answers == "words" else _trained_answering(settings.precision)


@cache
def _trained_answering(precision: Precision) -> Answering:
    from assistant.answering.reading import Reader  # noqa: PLC0415
    from assistant.answering.seen import LONGEST  # noqa: PLC0415
    from vectorstore.network_marking import NetworkMarker  # noqa: PLC0415 (torch takes seconds to import)
    from vectorstore.token_marking import Marker  # noqa: PLC0415 (torch takes seconds to import)

    body = Marker(ANSWERS_ADAPTER, precision=precision, longest=LONGEST)
    return Reader(body, NetworkMarker(ANSWERS_NETWORKS))


def doubter(settings: Settings) -> Doubter:
    """What finds doubts in sources: the rules, and beside them the shipped readers, each loaded when it first reads."""
    return by_rules if settings.doubts == "rules" else _trained_doubter(settings.precision)


@cache
def _trained_doubter(precision: Precision) -> Doubter:
    from assistant.doubts.reading import Reader  # noqa: PLC0415
    from vectorstore.network_marking import NetworkMarker  # noqa: PLC0415 (torch takes seconds to import)
    from vectorstore.token_marking import Marker  # noqa: PLC0415

    networks = {spoken: NetworkMarker(file) for spoken, file in DOUBTS_NETWORKS.items()}
    return Reader(Marker(DOUBTS_ADAPTER, precision=precision), networks)


def verifier(
    embedder: Embedder,
    rarity: Callable[[], Rarity] | None = None,
    settings: Settings | None = None,
    *,
    doubting: bool = False,
) -> Verifier:
    """What checks a claim: the rules, and behind them what reads prose, loaded when it first reads; the shipped one without settings.

    `doubting` where claims were not written from the evidence that they are checked against.
    """
    from assistant.checking.deterministic import Deterministic  # noqa: PLC0415 (only where something is checked)
    from assistant.checking.trained import Together  # noqa: PLC0415

    rules = Deterministic(embedder, rarity)
    checker = settings.checker if settings else "trained"
    if checker == "rules":
        return rules
    if settings and checker == "chat":
        from assistant.checking.asking import AskedReader  # noqa: PLC0415

        return Together(rules, AskedReader(_asking(settings)), doubting=doubting)
    precision = settings.precision if settings else "auto"
    drafts = drafts_reader(precision) if checker == "trained" and doubting else None
    return Together(rules, pair_reader(checker, precision), doubting=doubting, drafts=drafts)


def opposing(embedder: Embedder, settings: Settings) -> Comparer:
    """What tells statements that cannot both be true: the chat model where it is the checker, else what weighs them."""
    if settings.checker == "chat":
        from assistant.doubts.asked_opposing import AskedOpposing  # noqa: PLC0415
        from assistant.tokens import counter  # noqa: PLC0415

        room = settings.model_context - settings.model_reply - _FOR_THE_PROMPT
        named = f"{settings.model} {settings.model_url}"
        return AskedOpposing(_asking(settings), named, tokens=counter(settings.model), room=room)
    return weighing(embedder, settings)


def weighing(embedder: Embedder, settings: Settings) -> Opposing:
    """What weighs them; English ones where the shipped reader and the default embedder are used."""
    from assistant.doubts.opposing import Opposing  # noqa: PLC0415 (only where documents are compared)

    if settings.checker != "trained" or settings.embedder != DEFAULT:
        return Opposing()
    return Opposing(pair_reader("trained", settings.precision), embedder)


def _asking(settings: Settings) -> Callable[[str], str]:
    """Asks the chat model that is set; a BadInput where none is."""
    if not names_a_model(settings):
        raise BadInput(
            "CAVEAT_CHECKER is chat, but no chat model is set.",
            "Set CAVEAT_MODEL or CAVEAT_MODEL_URL, or take trained.",
        )
    return lambda prompt: asyncio.run(_asked(settings, prompt))


async def _asked(settings: Settings, prompt: str) -> str:
    """A chat model's reply; the model is made anew, since its connections belong to the loop that it first runs in."""
    from assistant.citing import without_thoughts  # noqa: PLC0415
    from assistant.model import Reply  # noqa: PLC0415 (langchain takes a second to import)

    return without_thoughts("".join([piece async for piece in chat_model(settings).stream("", prompt, Reply())]))


@cache
def pair_reader(checker: str, precision: str) -> PairReader:
    """What reads a claim beside its evidence: the shipped adapter, or a cross-encoder by its folder or name."""
    if checker == "trained":
        from assistant.checking.reading import language  # noqa: PLC0415
        from vectorstore.pair_encoding import AdaptedReader  # noqa: PLC0415 (torch takes seconds to import)

        return AdaptedReader(ADAPTER, precision=precision, english=lambda text: language(text) == "en")
    from vectorstore.cross_encoding import NamedReader  # noqa: PLC0415

    return NamedReader(checker)


@cache
def drafts_reader(precision: str) -> PairReader:
    """What reads a draft's sentence beside the statements of a library: the shipped reader with what it has learned of drafts."""
    from assistant.checking.chinese import ByLanguage, ChineseReader  # noqa: PLC0415
    from assistant.checking.reading import language  # noqa: PLC0415
    from vectorstore.network_marking import NetworkMarker  # noqa: PLC0415 (torch takes seconds to import)
    from vectorstore.pair_encoding import AdaptedReader  # noqa: PLC0415

    english = AdaptedReader(
        DRAFTS_ADAPTER, precision=precision, english=lambda text: language(text) == "en", upon=ADAPTER
    )
    return ByLanguage({"en": english, "zh": ChineseReader(NetworkMarker(DRAFTS_NETWORKS))})


def checker(settings: Settings, store: Store | None = None) -> Checker:
    """What checks drafts: against a store's library, or, without a store, against sources that are given alone."""
    from assistant.doubts.from_library import FromLibrary  # noqa: PLC0415 (only where a draft is checked)
    from assistant.drafts import Checker, Library  # noqa: PLC0415

    passages = _FOR_A_CLAIM * settings.passages
    if store is None:
        reader = embedder(settings)
        judge = verifier(reader, None, settings, doubting=True)
        return Checker(judge, reader, passages=passages, doubter=doubter(settings))
    judge = verifier(store.embedder, assistant(store, settings).rarity, settings, doubting=True)
    library = Library(searched=store.retriever, doubting=FromLibrary(store))
    return Checker(judge, store.embedder, library, passages=passages, doubter=doubter(settings))


def names_a_model(settings: Settings) -> bool:
    """Whether a chat model writes."""
    return bool(settings.model or settings.model_url)


def chat_model(settings: Settings) -> ChatModel:
    """The chat model that is set; a ModelTrouble where it cannot be used."""
    from assistant.model import ChatModel, Patience  # noqa: PLC0415 (langchain takes a second to import)

    return ChatModel(
        settings.model or "default",
        url=settings.model_url,
        key=settings.model_key.get_secret_value(),
        patience=Patience(first=settings.model_first, between=settings.model_between, whole=settings.model_whole),
        context=settings.model_context,
        reply=settings.model_reply,
    )


def _writer(settings: Settings, verifier: Verifier, doubter: Doubter) -> Writer:
    from assistant.writing import Writer  # noqa: PLC0415 (langchain takes a second to import)

    return Writer(chat_model(settings), verifier, drops=settings.unsupported == "drop", doubter=doubter)
