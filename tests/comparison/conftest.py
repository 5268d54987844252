"""The shared fixtures of the end-to-end tests."""

from tests.miniature.fixtures import data_dir, finished, miniature, one_thread, plain_figures, sample_folder

__all__ = ["data_dir", "finished", "miniature", "one_thread", "plain_figures", "sample_folder"]
