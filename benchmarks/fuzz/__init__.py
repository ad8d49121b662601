"""Spoilt files for every reader of strangers' data: what comes back is an answer or an error in words, nothing else."""
