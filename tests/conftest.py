"""Settings of the whole suite: few threads that sleep while they wait, so that tests in parallel do not hold each other up."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
