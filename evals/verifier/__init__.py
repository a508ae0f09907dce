"""The recipe of the trained verifier: pairs are made, the body is trained, cut down to an adapter, calibrated and measured."""
