"""Documents go in, passages come out. The doors are `vectorstore.store.Store` and `vectorstore.retrieval.Retriever`."""
