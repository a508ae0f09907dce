from __future__ import annotations

from pathlib import Path

import pytest

from evals.kill import Loop


@pytest.mark.timeout(180)
def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path) -> None:
    """Law 2: after any kill, an acknowledged document is whole, a deleted one is gone, and no half document is visible."""
    figures = Loop(tmp_path, chunks=300, seed=3).run(4)
    assert figures.kills == 4
    assert figures.acknowledged > 40
    assert figures.passages_searched > 0
    assert figures.acknowledged_lost == 0
    assert figures.deleted_seen == 0
    assert figures.half_documents == 0
    assert figures.restarts_needing_a_hand == 0
