"""Kinds of task: what a recipe of each is, how it is trained, scored and asked."""
