"""The whole pipeline on one machine: the embedded broker and the supervisor of `copydesk up`."""
