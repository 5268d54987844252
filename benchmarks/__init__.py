"""Scripts that print ratios measured in one run; not part of the installed package."""
