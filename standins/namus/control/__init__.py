"""What the site doesn't have: paths under /_control to let things happen to cases, and to requests."""

from standins.namus.control.cases import CaseControl
from standins.namus.control.rules import RuleControl

__all__ = ["CaseControl", "RuleControl"]
