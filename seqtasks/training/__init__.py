"""Training: objectives, schedules, the loop, checkpoints and history. Knows models only as modules and tasks not at all."""
