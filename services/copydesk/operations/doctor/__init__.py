"""The doctor: finds what keeps workers from working, or would, and names the command that fixes each problem."""

from copydesk.operations.doctor.examination import examine
from copydesk.operations.doctor.finding import Finding, exit_of

__all__ = ["Finding", "examine", "exit_of"]
