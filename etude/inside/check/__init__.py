"""What is wrong with data before anything is learnt from them: one file for each family of checks."""
