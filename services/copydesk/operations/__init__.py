"""Tools of an operator beside the workers: checks of broker, topics and rights, the doctor, replay and retry."""
