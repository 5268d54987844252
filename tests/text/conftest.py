"""Drawn examples may take their time: what a busy machine does between two of them is no fault."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
