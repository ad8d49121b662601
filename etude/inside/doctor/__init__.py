"""A check of a training before it costs an hour: what is wrong with it, in words, and what to do."""
