"""The reader of doubts, trained and measured."""
