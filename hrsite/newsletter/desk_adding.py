"""The coach puts one person on the list who asked her for it, and writes down how they asked.

`desk` puts it at its address, behind the guard.
"""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from wtforms import DateField, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput

from hrsite import addresses, clock, queue
from hrsite.accounts import auditing, guard, pressing_again
from hrsite.extensions import db
from hrsite.newsletter import adding, subscribing
from hrsite.newsletter.admitting import Verdict
from hrsite.newsletter.desk_words import TOLD_WORDS
from hrsite.newsletter.forms import CHOICES
from hrsite.newsletter.models import Topic
from hrsite.outbox import suppression
from hrsite.posts.timing import is_in_reach
from hrsite.shaping import Form
from hrsite.texts.markup import tidy_text

# Why somebody is not added, for the coach to read.
NOT_ADDED = {
    Verdict.HERE: "They are on the list already. They choose what they get themselves, with the"
    " link at the foot of each letter.",
    Verdict.LEFT: "They were on the list and left, so they are not added. Only they can come back:"
    " ask them to sign up on the site.",
    Verdict.CLOSED: "Nothing can be written to this address: mail came back, or they complained."
    " If they sign up on the site and confirm, it is open again.",
    Verdict.WAITING: "They were asked already, and have not confirmed yet. A second letter so soon"
    " would be a nuisance: ask them to press the button in the first one.",
    Verdict.NEW: "Several letters went to this address lately, and nobody confirmed. Ask them to"
    " look for one.",
}
FOR_GOOD = "Nothing is written to this address: they asked for that. Nobody can change it here."
ADDED = (
    "Written down. A letter asks them to confirm. Until they do, nothing else is written to them."
)
ASK = "Ask them to confirm"
AGAIN = "They had not confirmed yet, so the letter that asks them to goes out once more."
JUST_NOW = "This address came in from elsewhere this very moment. Please press the button again."


class PastDay:
    """A day that must be there, and not lie ahead."""

    def __call__(self, form: Form, field: DateField) -> None:
        """Raise StopValidation with what is wrong."""
        field.errors = []
        if field.data is None:
            is_typed = any(text.strip() for text in field.raw_data or [])
            raise StopValidation("Write the day like 2026-06-30." if is_typed else "Choose a day.")
        if field.data > today():
            raise StopValidation("This day lies ahead. When did they ask?")
        if not is_in_reach(field.data):
            raise StopValidation("This day looks wrong. Please check it.")


class AddForm(Form):
    """One person who asked, and the proof of it."""

    address = StringField(
        "Their whole email address", filters=[lambda text: tidy_text(text or "").strip()]
    )
    topics = SelectMultipleField(
        "Letters", choices=CHOICES, validate_choice=False, option_widget=CheckboxInput()
    )
    how = RadioField(
        "How did they ask you?",
        choices=[SelectChoice(how, words.capitalize()) for how, words in TOLD_WORDS.items()],
        validate_choice=False,
    )
    said_on = DateField("On which day?", validators=[PastDay()])

    def chosen(self) -> list[Topic]:
        """The topics that were ticked."""
        return [topic for topic in Topic if topic.value in (self.topics.data or [])]


@pressing_again.by(lambda pairs: pressing_again.what_she_wrote(pairs, ASK))
def add() -> ResponseReturnValue:
    """Ask how they asked, and put them on the list."""
    form = AddForm()
    if request.method != "POST":
        form.topics.data, form.said_on.data = [Topic.ARTICLES.value], today()
        return _page(form)
    is_valid = form.validate()
    if not form.chosen():
        form.topics.errors = ["Choose at least one kind of letter."]
    if form.how.data not in TOLD_WORDS:
        form.how.errors = ["Choose how they asked you."]
    try:
        addresses.check(form.address.data or "")
    except addresses.BadAddress as trouble:
        form.address.errors = [str(trouble)]
    if not is_valid or form.errors or not form.said_on.data:
        return _page(form, 422)
    return _add(form, form.said_on.data)


def _add(form: AddForm, said_on: date) -> ResponseReturnValue:
    session, now = db.session(), clock.now()
    told = adding.Told(form.how.data, said_on)
    try:
        done = adding.add(session, form.address.data or "", form.chosen(), told, now)
        # Who added, and when; never whom: the audit outlives the people on the list.
        auditing.record(
            session, "person_added", now=now, account_id=guard.present().account.id,
            detail=done.was.value,
        )  # fmt: skip
        session.commit()
    except IntegrityError:
        session.rollback()
        form.address.errors = [JUST_NOW]
        return _page(form, 409)
    if not done.is_asked:
        form.address.errors = [_why_not(form, done.was)]
        return _page(form, 422)
    queue.wake()
    flash(AGAIN if done.was == Verdict.WAITING else ADDED, "done")
    return redirect(url_for("newsletter_desk.subscribers"), 303)


def _why_not(form: AddForm, was: Verdict) -> str:
    key = subscribing.key_of(addresses.check(form.address.data or ""))
    is_for_good = was == Verdict.CLOSED and suppression.is_for_good(db.session(), key)
    return FOR_GOOD if is_for_good else NOT_ADDED[was]


def today() -> date:
    """On the coach's own calendar."""
    return clock.local(clock.now()).date()


def _page(form: AddForm, status: int = 200) -> ResponseReturnValue:
    return render_template("newsletter/desk/add.html", form=form), status
