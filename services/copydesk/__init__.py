"""copydesk: clean text, people, quotes with speakers and topic coherence from dirty news, on Kafka."""

__version__ = "0.1.0"
