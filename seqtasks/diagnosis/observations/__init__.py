"""What a training's curves show, in words: facts, rules that find a verdict, what to try, what curves cannot know."""
