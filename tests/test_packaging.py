"""The packages: that they are ours, that they are listed one by one, and what a wheel of them holds."""

from __future__ import annotations

import importlib
import re
import tomllib
import zipfile
from importlib.metadata import distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["assistant", "ingest", "prompts", "vectorstore"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a wheel, built here by the build backend itself, without a network."""
    from hatchling.builders.wheel import WheelBuilder  # noqa: PLC0415 (a build tool)

    [built] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])
    with zipfile.ZipFile(built) as archive:
        assert archive.testzip() is None
        return archive.namelist()


@pytest.mark.parametrize("name", [*PACKAGES, "evals"])
def test_a_package_resolves_inside_this_repository(name: str):
    """Such plain names can be shadowed by another distribution: each must be the folder of this repository."""
    module = importlib.import_module(name)
    places = [Path(place).resolve() for place in module.__path__]
    assert places == [ROOT / name]


def test_no_other_distribution_brings_a_package_of_our_name():
    """No installed distribution but ours has files in a top-level package of one of our names."""
    ours = {*PACKAGES, "evals"}
    others = {
        distribution.name
        for distribution in distributions()
        if normal(distribution.name) != "caveat"
        for file in distribution.files or ()
        if file.parts[0] in ours
    }
    assert others == set()


def test_the_packages_are_listed_one_by_one():
    """pyproject.toml names the four packages; nothing is discovered, and `evals` and `tests` are not among them."""
    targets = PROJECT["tool"]["hatch"]["build"]["targets"]
    assert targets["wheel"] == {"packages": PACKAGES}
    assert PROJECT["build-system"] == {"requires": ["hatchling"], "build-backend": "hatchling.build"}


def test_the_wheel_holds_the_packages_with_their_data(wheel: list[str]):
    """Every tracked kind of file of a package is in the wheel: modules, lexicons, the page, prompts."""
    kinds = {".py", ".toml", ".html", ".js", ".css", ".svg", ".md", ".typed"}
    wanted = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and (path.suffix in kinds or path.name == "py.typed") and "__pycache__" not in path.parts
    }
    assert {"assistant/web/index.html", "assistant/answering/limits.toml", "assistant/api/edge.py"} <= wanted
    assert any(re.match(r"assistant/doubts/lexicon/.+\.toml$", name) for name in wanted)
    assert wanted <= set(wheel)


def test_the_wheel_holds_nothing_else(wheel: list[str]):
    """Neither evals nor tests, docs, data or caches are in the wheel; its licence is."""
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)
    assert [name for name in wheel if "__pycache__" in name or name.endswith((".pyc", ".db"))] == []
    assert any(name.endswith("licenses/LICENSE") for name in wheel)
    assert any(name.endswith("entry_points.txt") for name in wheel)


def pins() -> dict[str, str]:
    """The lines of constraints.txt, by normalised name."""
    held = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            match = re.fullmatch(r"([A-Za-z0-9._-]+)==([A-Za-z0-9.!+_-]+)", line.strip())
            assert match, f"not a pin: {line}"
            assert normal(match[1]) not in held, f"pinned twice: {line}"
            held[normal(match[1])] = match[2]
    return held


def test_the_constraints_pin_everything_that_is_required():
    """constraints.txt pins, exactly, each requirement and each of theirs that is installed; torch is the CPU build's 2.13.0."""
    from packaging.requirements import Requirement  # noqa: PLC0415 (only here)

    held = pins()
    installed = {normal(distribution.name): distribution.version for distribution in distributions()}
    project = PROJECT["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    waiting = [(normal(need.name), need.extras) for given in lists for need in map(Requirement, given)]
    waiting += [(normal(Requirement(given).name), set()) for given in PROJECT["build-system"]["requires"]]
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, extras = waiting.pop()
        for extra in (*extras, ""):
            if (name, extra) in seen or name not in installed:
                continue
            seen.add((name, extra))
            assert name in held, f"{name} is not pinned"
            needs = [Requirement(line) for line in requires(name) or ()]
            waiting += [
                (normal(need.name), need.extras)
                for need in needs
                if need.marker is None or need.marker.evaluate({"extra": extra})
            ]
    assert {normal(Requirement(line).name) for given in lists for line in given} <= set(held)
    assert held["torch"] == "2.13.0"


def test_the_pins_are_what_is_installed():
    """What the tests ran with is what constraints.txt pins; a local build tag such as +cpu does not count."""
    installed = {normal(distribution.name): distribution.version for distribution in distributions()}
    wrong = {
        name: (version, installed[name])
        for name, version in pins().items()
        if name in installed and installed[name].split("+")[0] != version.split("+")[0]
    }
    assert wrong == {}


def test_the_wheel_says_its_python_and_its_command():
    """Python 3.11 or later, and the one command `caveat`."""
    assert PROJECT["project"]["requires-python"] == ">=3.11"
    assert PROJECT["project"]["scripts"] == {"caveat": "assistant.cli:main"}
