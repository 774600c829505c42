"""The texts of a document in the languages that its study declares."""

from define.languages.wording import Wording, label_faults, labelled

__all__ = ["Wording", "label_faults", "labelled"]
