"""A recipe carried out: run, resumed, fine-tuned, under several seeds; and the finished run, loaded."""
