"""What went wrong, and what usually causes it: faults of translations, as data for a report. It draws nothing and trains nothing."""
