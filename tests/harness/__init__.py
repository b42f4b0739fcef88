"""Shared code of the tests of running workers. It shares no code with the workers."""
