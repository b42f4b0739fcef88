"""Every change that copydesk makes to aiokafka, each in a module that says why."""
