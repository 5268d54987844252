"""What is counted in training: words and tags as numbers, the states of the chain, and the smoothed table of transitions."""
