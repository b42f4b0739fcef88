"""The contract of the topics: the four documents, message headers, dead letters, topics and their schemas."""
