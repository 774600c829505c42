"""Reviewer's guides: csdrg of the tabulations, adrg of the analysis data, as page and as PDF.

A build notes what they need (`facts`); packaging writes them, for one agency. So a guide tells of
the very build it lies beside.
"""
