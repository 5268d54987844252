"""Search over a step function: greedy and beam. Knows no model class."""
