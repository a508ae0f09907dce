"""Makes the shipped table of Chinese words: python -m evals.chinese_words words.vector [--out vectorstore/chinese/words.safetensors].

`words.vector` lies in the package `synonyms` 3.8.0 (`pip download --no-deps synonyms==3.8.0`, in its `data` folder): vectors in
word2vec's binary form, common words first. Of words of up to six Chinese characters the 60,000 most common are kept, their
vectors cut to the 64 directions in which they differ most, a byte each.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from vectorstore.chinese_words import LONGEST, TABLE
from vectorstore.vector_rows import Vector

MOST, WIDE = 60_000, 64
WORD = re.compile(rf"[\u4e00-\u9fff]{{1,{LONGEST}}}")


def main(arguments: list[str] | None = None) -> int:
    """Reads, cuts and writes."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.chinese_words", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("vectors", type=Path, help="words.vector, in word2vec's binary form")
    parser.add_argument("--out", type=Path, default=TABLE, help="where the table is written")
    given = parser.parse_args(arguments)
    kept = [(word, row) for word, row in read(given.vectors) if WORD.fullmatch(word)][:MOST]
    words, rows = [word for word, _ in kept], np.stack([row / np.linalg.norm(row) for _, row in kept])
    save_file(
        {"words": np.frombuffer("\n".join(words).encode(), dtype=np.uint8), "vectors": narrow(rows)},
        given.out,
        metadata={"source": "synonyms 3.8.0, words.vector", "licence": "MIT"},
    )
    print(f"{len(words)} words, {given.out.stat().st_size / 1e6:.1f} MB in {given.out}")
    return 0


def read(path: Path) -> Iterator[tuple[str, Vector]]:
    """The words of a file in word2vec's binary form, each with its vector."""
    data = path.read_bytes()
    head, at = data.split(b"\n", 1)[0], data.index(b"\n") + 1
    count, width = map(int, head.split())
    for _ in range(count):
        end = data.index(b" ", at)
        row = np.frombuffer(data, np.float32, count=width, offset=end + 1)
        yield data[at:end].decode("utf-8", "replace").strip(), row
        at = end + 1 + 4 * width


def narrow(rows: Vector) -> np.ndarray[tuple[int, ...], np.dtype[np.int8]]:
    """Rows about their mean in the directions in which they differ most, each as whole numbers up to 127."""
    centred = rows - rows.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    turned = centred @ directions[:WIDE].T
    narrowed: np.ndarray[tuple[int, ...], np.dtype[np.int8]] = np.round(
        turned * 127 / np.abs(turned).max(axis=1, keepdims=True)
    ).astype(np.int8)
    return narrowed


if __name__ == "__main__":
    raise SystemExit(main())
