"""Define-XML 2.1 from the metadata model: one pure function per construct of the document."""

from define.definexml.document import to_xml

__all__ = ["to_xml"]
