"""What a training's curves show, in words: facts of a history, rules that find a verdict in them, what to try, and what curves cannot know."""
