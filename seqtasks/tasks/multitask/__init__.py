"""Several heads on one trunk: heads that tag words, and heads that label texts."""
