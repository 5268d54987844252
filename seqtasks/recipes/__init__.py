"""Recipes: TOML to settings to objects, run directories, running and loading. Configuration stops here."""
