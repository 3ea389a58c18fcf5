"""QC's desk: what needs QC today, over parts, certificates and the trail. Reads only.

Each module asks one question, in a constant number of statements, and stops reading where the answer would be longer
than anybody reads; it says so then. ``cards`` puts the answers on the page, each for those who have the right to it.
"""
