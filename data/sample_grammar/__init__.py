"""The little two-language grammar behind the bundled sample corpora.

Reading order: ``words`` and the tables (``nouns``, ``verbs``, ``modifiers``, ``names``), ``phrase`` (what a piece of a sentence is),
``english`` and ``french`` (verb forms and agreement), ``noun_phrases``, ``adverbials``, ``predicates``, ``sentences`` and
``constructions`` (what can be said), ``annotation`` (tags and entities), ``splits`` and ``writing`` (files).
"""
