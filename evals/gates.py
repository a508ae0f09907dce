"""Gates: rules over figures that a change must keep, out of `gates.toml`; and what became of them, as JUnit XML."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal
from xml.etree import ElementTree as ET

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evals.comparison import Comparison
from evals.kept import Kept, write
from evals.metrics import METRICS
from evals.scoring import Measured
from ingest.errors import BadInput

DEFAULT = Path(__file__).parent / "gates.toml"
EVERY_CASE = "every case of the baseline is asked"
_NAMES = {metric.name for metric in METRICS}


class Gate(BaseModel):
    """One rule; see `gates.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    metric: str
    sets: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    loss: Literal["significant"] | None = None
    broken_at_most: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> Gate:
        if self.metric not in _NAMES:
            raise ValueError(f"there is no metric {self.metric!r}")
        if [self.at_least, self.at_most, self.loss, self.broken_at_most].count(None) != 3:
            raise ValueError("a gate has exactly one of at_least, at_most, loss and broken_at_most")
        return self


class Judged(BaseModel):
    """What became of a gate: `passed` is None where it does not apply, and `told` says why."""

    gate: Gate
    passed: bool | None
    told: str


def read_gates(path: Path = DEFAULT) -> tuple[Gate, ...]:
    """The gates of a file; a BadInput names the one that does not fit."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("gate", [])
        gates = tuple(Gate.model_validate(each) for each in tables)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path} cannot be read: {error}.", "Gates are TOML, one [[gate]] each.") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        named = first["input"].get("name", "?") if isinstance(first["input"], dict) else first["input"]
        raise BadInput(f"{path}, gate {named!r}: {first['msg']}.", "evals/gates.toml tells the fields.") from error
    twice = {gate.name for gate in gates if [each.name for each in gates].count(gate.name) > 1}
    if twice or not gates:
        raise BadInput(
            f"{path}: " + (f"two gates are called {min(twice)!r}." if twice else "no gate."), "Name each once."
        )
    return gates


def judge(gates: Sequence[Gate], kept: Kept, measured: Measured, comparison: Comparison | None) -> tuple[Judged, ...]:
    """What becomes of the gates that are for this set; those about the baseline need the comparison with it."""
    name = kept.about["set"]
    told = [_judged(gate, measured, comparison) for gate in gates if not gate.sets or name in gate.sets]
    return (*told, *((_whole(comparison),) if comparison else ()))


def _whole(comparison: Comparison) -> Judged:
    """A gate of its own: a case that was taken out, or expects less, must not pass for a case that passes."""
    gate = Gate(name=EVERY_CASE, metric="errors", broken_at_most=0)
    lost = comparison.left_out
    told = f"missing or changed: {', '.join(lost[:5])}" + (f" and {len(lost) - 5} more" if len(lost) > 5 else "")
    return Judged(gate=gate, passed=not lost, told=told if lost else f"all {len(comparison.base.cases)} are")


def junit(path: Path, kept: Kept, judged: Sequence[Judged]) -> None:
    """Writes the gates as one JUnit test suite, a test case each; what does not apply is skipped."""
    failed, skipped = (sum(each.passed is state for each in judged) for state in (False, None))
    suite = ET.Element(
        "testsuite",
        name=f"evals.{kept.about['set']}",
        tests=str(len(judged)),
        failures=str(failed),
        skipped=str(skipped),
        errors="0",
    )
    for each in judged:
        case = ET.SubElement(suite, "testcase", classname=f"evals.{kept.about['set']}", name=each.gate.name)
        if each.passed is not True:
            kind = "failure" if each.passed is False else "skipped"
            ET.SubElement(case, kind, message=_printable(each.told)).text = _printable(each.told)
    ET.indent(suite)
    write(path, '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suite, encoding="unicode") + "\n")


def _judged(gate: Gate, measured: Measured, comparison: Comparison | None) -> Judged:
    if gate.at_least is not None or gate.at_most is not None:
        return _bounded(gate, measured, comparison)
    if not measured.scores[gate.metric] and (comparison is None or not comparison.base_measured.scores[gate.metric]):
        return Judged(gate=gate, passed=None, told=f"no case is measured by {gate.metric}")
    if comparison is None:
        return Judged(gate=gate, passed=None, told="the set has no baseline")
    if gate.loss:
        change = comparison.change(gate.metric)
        told = f"{gate.metric}: {_shown(change.base)} before, {_shown(change.new)} now"
        if change.difference is not None:
            told += f", difference {change.difference:+.3f} ({_shown(change.low)} to {_shown(change.high)})"
        if change.base is None and change.new is None:
            return Judged(gate=gate, passed=None, told=f"{gate.metric} is undefined, as before")
        undone = change.base is not None and change.new is None
        return Judged(gate=gate, passed=change.verdict != "worse" and not undone, told=told)
    broken = [flip for flip in comparison.flips if flip.metric == gate.metric and flip.verdict == "broken"]
    told = "; ".join(f"{flip.case.id}: {flip.new} (before: {flip.base})" for flip in broken[:5])
    more = f"; and {len(broken) - 5} more" if len(broken) > 5 else ""
    return Judged(
        gate=gate,
        passed=len(broken) <= (gate.broken_at_most or 0),
        told=f"{len(broken)} broken: {told}{more}" if broken else "no case broke",
    )


def _bounded(gate: Gate, measured: Measured, comparison: Comparison | None) -> Judged:
    value = measured.value(gate.metric)
    if value is None and comparison and comparison.change(gate.metric).base is not None:
        return Judged(gate=gate, passed=False, told=f"{gate.metric} is undefined; the baseline had a figure")
    if value is None:
        return Judged(gate=gate, passed=None, told=f"no case is measured by {gate.metric}")
    low, high = gate.at_least, gate.at_most
    passed = (low is None or value >= low - 1e-9) and (high is None or value <= high + 1e-9)
    told = (
        f"{gate.metric} is {value:.4f}, " + (f"at least {low}" if low is not None else f"at most {high}") + " is wanted"
    )
    if not passed:
        failing = [
            f"{key}: {score.reason}"
            for key, score in measured.scores[gate.metric].items()
            if measured.failures(key).get(gate.metric)
        ]
        told += ": " + "; ".join(failing[:3])
    return Judged(gate=gate, passed=passed, told=told)


def _shown(value: float | None) -> str:
    return "null" if value is None else f"{value:.3f}"


def _printable(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(
        each
        for each in text
        if each in "\t\n" or (each >= " " and not "\ud800" <= each <= "\udfff" and each not in "\ufffe\uffff")
    )
