"""The checks: expectation suites, rules across datasets, explanations and reports.

Everything is made from what was built (frames and `define.model`), never from the code that
built it: a check that calls the deriver's own function would only agree with itself.
"""
