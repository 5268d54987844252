"""Hidden Markov taggers: HMMTagger, a second-order tagger at its best, and the lattice that it and EM are decoded on."""
