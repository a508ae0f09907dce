"""What made an answer: the versions of code, prompts, models, settings and library, so that two runs can be told apart."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from assistant.settings import Settings
from vectorstore.store import Store

_SHAPING = {
    "answers",
    "checker",
    "doubts",
    "embedder",
    "precision",
    "passages",
    "model_context",
    "model_reply",
    "unsupported",
}
_CODE = frozenset({".py", ".safetensors", ".toml"})


def versions(store: Store, settings: Settings) -> dict[str, str]:
    """Hashes and names; equal ones give equal answers as long as no chat model writes them."""
    return {
        "caveat": caveat_version(),
        "code": code_hash(),
        "embedder": store.embedder.stamp,
        "library": store.library.fingerprint(),
        "model": settings.model or ("default" if settings.model_url else "none"),
        "prompts": package_hash("prompts", frozenset({".md"})),
        "settings": _settings_hash(settings),
    }


def caveat_version() -> str:
    """The version of the installed distribution; 0 where it is not installed."""
    try:
        return version("caveat")
    except PackageNotFoundError:
        return "0"


@cache
def code_hash() -> str:
    """A hash over the program's own files, lexicons and thresholds included."""
    return hashlib.sha256(
        "".join(map(package_hash, ("assistant", "ingest", "prompts", "vectorstore"))).encode()
    ).hexdigest()[:16]


def _settings_hash(settings: Settings) -> str:
    told = {name: getattr(settings, name) for name in sorted(_SHAPING)}
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


@cache
def package_hash(package: str, suffixes: frozenset[str] = _CODE) -> str:
    """A hash over the files of one package that have some suffixes."""
    folder = Path(__file__).parent.parent / package
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.suffix in suffixes and file.is_file():
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
