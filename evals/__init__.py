"""Is it any good? Figures on retrieval, refusing, storage and speed; never part of the wheel."""
