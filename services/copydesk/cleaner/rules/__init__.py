"""Rules of the cleaner: each decides one thing that the model leaves open."""
