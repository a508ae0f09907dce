"""The reader that tells whether a passage answers a question: what it learns from, how it is trained and measured."""
