"""Where something was used: from a certificate, a heat, a supplier, a person, a step or a time to the parts concerned.

Reads for the API and the pages alike; they change nothing. ``docs/where-used.md`` says what each question means.
"""

from certificates.where_used.answers import Affected, Answer, Counts, every_part, first_parts
from certificates.where_used.questions import NothingAsked, Question, UnknownRecord

__all__ = ["Affected", "Answer", "Counts", "NothingAsked", "Question", "UnknownRecord", "every_part", "first_parts"]
