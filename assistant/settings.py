"""Settings: CAVEAT_... variables over one TOML file (`caveat.toml` here, or CAVEAT_CONFIG) over defaults. Read only here."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from ingest.errors import CaveatError
from vectorstore.embedding import DEFAULT

_PREFIX = "CAVEAT_"
_NO_SETTINGS = frozenset({"CAVEAT_CONFIG", "CAVEAT_KEY"})  # read by others


class SettingsError(CaveatError):
    """A setting does not read; the hint names it."""

    code = "settings"


class Settings(BaseSettings):
    """Every setting with its default; the variable is CAVEAT_ and the name in capitals."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid", frozen=True)

    home: Annotated[Path, Field(description="the folder that holds the library, its originals and its indexes")] = Path(
        "caveat-data"
    )
    library_url: Annotated[
        str, Field(description="SQLAlchemy URL of the library; empty for SQLite in the data folder")
    ] = ""
    chroma_url: Annotated[str, Field(description="URL of a Chroma server; empty for Chroma in this process")] = ""
    embedder: Annotated[
        str, Field(description="the default model, a folder, or a cached model's name; `hashing` for trials")
    ] = DEFAULT
    embedder_download: Annotated[bool, Field(description="whether a named embedder may be fetched")] = False
    precision: Annotated[Literal["auto", "float32", "bfloat16"], Field(description="what the embedder computes in")] = (
        "auto"
    )
    checker: Annotated[
        str,
        Field(
            description="what reads prose behind the rules: `trained` (shipped), `chat`, a cross-encoder's folder or name, or `rules` for none"
        ),
    ] = "trained"
    doubts: Annotated[
        Literal["trained", "rules"],
        Field(
            description="what finds doubts in a source: `trained` (the shipped reader beside the rules) or `rules` alone"
        ),
    ] = "trained"
    answers: Annotated[
        Literal["trained", "words"],
        Field(
            description="what tells whether a passage answers: `trained` (the shipped reader beside the words) or `words` alone"
        ),
    ] = "trained"
    passages: Annotated[int, Field(ge=1, le=100, description="passages that an answer is drawn from")] = 10
    model: Annotated[
        str, Field(description="the chat model that writes, as provider:name; empty for quoted answers")
    ] = ""
    model_url: Annotated[str, Field(description="URL of a server that speaks OpenAI's shape, such as a local one")] = ""
    model_key: Annotated[SecretStr, Field(description="its key; empty for the provider's own variable")] = SecretStr("")
    model_context: Annotated[int, Field(ge=1024, description="tokens that the model takes in, its reply included")] = (
        8192
    )
    model_reply: Annotated[int, Field(ge=64, description="tokens that its reply may have")] = 1024
    model_first: Annotated[float, Field(gt=0, description="seconds to wait for its first words")] = 20.0
    model_between: Annotated[float, Field(gt=0, description="seconds to wait between its words")] = 10.0
    model_whole: Annotated[float, Field(gt=0, description="seconds to wait for its whole reply")] = 90.0
    unsupported: Annotated[
        Literal["mark", "drop"], Field(description="what becomes of a written sentence that nothing supports")
    ] = "mark"
    api_key: Annotated[
        SecretStr, Field(description="the key that requests must bear; needed to listen beyond loopback")
    ] = SecretStr("")
    host: Annotated[str, Field(description="the address that `caveat serve` listens on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="its port")] = 8600
    runs: Annotated[str, Field(description="a folder of evaluation runs that the page shows; empty for none")] = ""
    largest_upload: Annotated[int, Field(ge=1, description="bytes that a request may hold")] = 100_000_000

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (a .env file would be read unasked)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (not used)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Given values, then the environment, then the file."""
        file = TomlConfigSettingsSource(settings_cls, Path(os.environ.get("CAVEAT_CONFIG", "caveat.toml")))
        return init_settings, env_settings, file


def read_settings() -> Settings:
    """The settings in force; a SettingsError names what does not read."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = _PREFIX + "_".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(
            f"{name}: {first['msg']}.", "`caveat doctor` lists the settings and what they mean."
        ) from error
    except ValueError as error:
        raise SettingsError(
            f"The settings file does not read: {error}.", 'It is TOML: home = "caveat-data".'
        ) from error


def unread(environment: Mapping[str, str]) -> Iterator[str]:
    """One sentence for each CAVEAT_... variable that is no setting, so that nobody believes it to be in force."""
    known = {_PREFIX + name.upper() for name in Settings.model_fields}
    for name in sorted(each for each in environment if each.upper().startswith(_PREFIX)):
        if name.upper() not in known | _NO_SETTINGS:
            near = get_close_matches(name.upper(), known, n=1, cutoff=0.8)
            meant = f"{near[0]} is one" if near else "`caveat doctor` lists those that are"
            yield f"{name} is no setting and is not read; {meant}."
