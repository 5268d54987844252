"""Answers from tables of scores alone: the lattice of many sentences, and Viterbi, k-best, forward-backward and spans on it."""
