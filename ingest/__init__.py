"""A file becomes a Document with exact spans, statements and chunks. The door is `ingest.pipeline.ingest`."""
