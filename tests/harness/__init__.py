"""What tests of running workers share; it shares no code with the workers."""
