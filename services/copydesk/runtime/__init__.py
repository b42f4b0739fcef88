"""Everything that knows Kafka, processes and settings; nothing here knows what a stage does with an article."""
