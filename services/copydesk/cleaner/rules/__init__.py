"""The cleaner's rules: each decides one thing that the model leaves open."""
