"""The texts of a document in the languages that its study declares."""

from define.languages.check import check_languages
from define.languages.wording import Wording, labelled

__all__ = ["Wording", "check_languages", "labelled"]
