"""The annotated CRF: made from the mapping or given, and its pages in the origins of define.xml."""
