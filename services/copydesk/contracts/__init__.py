"""What travels on the topics: the four documents, their headers, the dead letters, the topics themselves."""
