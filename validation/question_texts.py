"""Which findings a site can answer, and the question in plain words.

`kind` says what is asked: two findings of one kind about the same fields are one question.
"""

from __future__ import annotations

from dataclasses import dataclass

from mappings.findings import Finding


@dataclass(frozen=True, slots=True)
class Question:
    """A question; `{value}` stands for what was entered, `{message}` for what was found.

    `of_subject` marks questions that may be about no single row of the export.
    """

    kind: str
    text: str
    of_subject: bool = False

    def ask(self, finding: Finding) -> str:
        # Not str.format: what was entered may hold braces.
        value = finding.value or "(empty)"
        text = self.text.replace("{message}", "\0").replace("{value}", value)
        return text.replace("\0", finding.message)


_DEATH = "Please check the date of death against the other forms, and correct what is wrong."

QUESTIONS: dict[str, Question] = {
    "date.impossible": Question(
        "date",
        "There is no such date: {value}. Which is meant? Please leave empty what is not known.",
    ),
    "date.unreadable": Question(
        "date", "This is not a date as the field asks for it: {value}. Which date is meant?"
    ),
    "date.interval": Question(
        "interval", "The interval lacks its start or ends before it: {value}. Which is meant?"
    ),
    "date.order": Question(
        "order", "The end is before the start: {value}. Please check both dates."
    ),
    "date.swapped": Question(
        "swapped",
        "The date {value} is outside the subject's time in the study, and would be inside with day "
        "and month changed. Please check it.",
    ),
    "duration.unreadable": Question("duration", "This is not a duration: {value}. What is meant?"),
    "duration.negative": Question(
        "order", "The end is before the start: {value}. Please check both."
    ),
    "num.unreadable": Question("number", "A number is needed and this is none: {value}."),
    "num.decimal_comma": Question(
        "number", "Is the comma in {value} a decimal point? Please give the number with a point."
    ),
    "unit.missing": Question("unit", "The result {value} has no unit. In which unit is it?"),
    "record.duplicate": Question(
        "duplicate",
        "Another record of this subject is of the same thing at the same time. Which one is right, "
        "or are both?",
    ),
    "record.orphan": Question(
        "orphan", "There is a record of this subject and no demography. Please complete it."
    ),
    "comment.record": Question(
        "comment", "The comment belongs to a record that is not there: {value}. Which is meant?"
    ),
    "subject.unreadable": Question(
        "subject", "'{value}' is not a subject number of this study. Which subject is meant?"
    ),
    "subject.site": Question("site", "The site is in doubt: {message}. Which site is right?"),
    "visit.unplaced": Question(
        "visit", "The date of this unscheduled visit is missing. When did it take place?"
    ),
    "visit.once": Question("visit_once", "The subject has this visit twice. Which one is right?"),
    "visit.window": Question(
        "visit_window", "The visit is outside its planned days: {value}. Is the date right?"
    ),
    "sdtm.not_done": Question(
        "not_done", "A test is marked as not done and has a result, or a reason and was done."
    ),
    "dm.death_ae": Question(
        "death", f"An adverse event was fatal, and no death is reported. {_DEATH}", True
    ),
    "dm.death_ds": Question(
        "death", f"The study ended with the subject's death, which is not reported. {_DEATH}", True
    ),
    "dm.death_without_ds": Question(
        "death", f"A death is reported, and the end of the study says otherwise. {_DEATH}", True
    ),
    "dm.nothing_after_death": Question(
        "after_death", f"This is dated after the subject's death. {_DEATH}"
    ),
    "rs.after_death": Question(
        "after_death", f"The response is dated after the subject's death. {_DEATH}"
    ),
    "rs.date": Question("assessed", "The response has no date. When was it assessed?"),
    "rs.one_overall": Question(
        "one_overall", "There are two overall responses for one visit. Which one is right?"
    ),
    "rs.without_scan": Question(
        "scan", "An overall response is given, and no lesion was assessed. Please complete it."
    ),
    "tr.no_negative_size": Question("size", "The size is below zero: {value}. What is it?"),
    "tr.lesion_in_tu": Question(
        "lesion", "The lesion was measured and never identified. Which lesion is it?"
    ),
    "tu.lesion_measured": Question(
        "followed", "The lesion was identified and never assessed. Please complete it."
    ),
    "lesion.kind": Question("lesion_kind", "{message}. Is it a target lesion?", True),
    "lesion.state": Question("state", "{message}. What was the state of the lesion?", True),
    "lesion.twice": Question("lesion_twice", "{message}. Which one is right?", True),
    "lesion.undated": Question("lesion_date", "{message}. When was the scan?", True),
    "lesion.unknown": Question("lesion", "{message}. Which lesion is meant?", True),
    "response.undated": Question("assessed", "{message}. When was it assessed?", True),
    "event.undated": Question("event_date", "{message}. When was it?", True),
    "response.differs": Question(
        "response", "The response does not follow from the lesions: {message}. Is it right?", True
    ),
}
"""Rule to question; every other finding is for those who map and program."""
