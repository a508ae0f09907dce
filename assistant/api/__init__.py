"""The API: FastAPI over one store. Contract in the design, errors as RFC 9457 problem documents."""
