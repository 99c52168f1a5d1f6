"""The coach brings in a list: she sees what would become of it first, and can take it back.

`desk` puts these at their addresses, behind the guard.
"""

import json

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage
from wtforms import DateField, HiddenField, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput

from hrsite import clock, queue, tokens
from hrsite.accounts import auditing, guard
from hrsite.extensions import db
from hrsite.newsletter import bringing, foreseeing, listknowing, undoing
from hrsite.newsletter.admitting import Verdict
from hrsite.newsletter.bringing import Wish
from hrsite.newsletter.desk_adding import today
from hrsite.newsletter.foreseeing import Foreseen
from hrsite.newsletter.forms import CHOICES
from hrsite.newsletter.listknowing import Reading
from hrsite.newsletter.listreading import MOST_OCTETS, Unreadable
from hrsite.newsletter.models import Topic
from hrsite.newsletter.models_people import BroughtList, ListState
from hrsite.posts.boxes import NeededWhen, one_line
from hrsite.shaping import Form

LATEST = 20
LOOK_AGAIN_SECONDS = 5
# The database has room for so many.
FORM_KEY_LETTERS = 22
SAID, ASK = "said", "ask"


def _said(form: Form) -> bool:
    return bool(form["consent"].data == SAID)


class ListForm(Form):
    """A file, and how the people in it said yes."""

    file = FileField("The file")
    topics = SelectMultipleField(
        "Letters", choices=CHOICES, validate_choice=False, option_widget=CheckboxInput()
    )
    consent = RadioField(
        "How did they say yes?",
        choices=[
            SelectChoice(ASK, "Ask each of them to confirm, with one letter"),
            SelectChoice(SAID, "They have said yes and confirmed it elsewhere"),
        ],
        validate_choice=False,
    )
    said_where = StringField(
        "Where did they say yes?",
        filters=[one_line],
        validators=[Length(max=80, message="80 letters at most, please.")],
    )
    said_on = DateField(
        "By which day at the latest?",
        validators=[NeededWhen(_said, "Choose a day.", "Write the day like 2026-06-30.")],
    )
    form_key = HiddenField()

    def wish(self) -> Wish:
        """What the coach said, once it is complete."""
        topics = [topic for topic in Topic if topic.value in (self.topics.data or [])]
        if self.consent.data == ASK:
            return Wish(topics, asks_all=True)
        return Wish(topics, False, self.said_on.data, self.said_where.data or "")

    def complete(self) -> bool:
        """Is everything there? Otherwise each box says what is missing."""
        is_valid = bool(self.validate())
        if not self.wish().topics:
            self.topics.errors = ["Choose at least one kind of letter."]
        if self.consent.data not in (SAID, ASK):
            self.consent.errors = ["Choose how they said yes."]
        if self.consent.data == SAID:
            if not self.said_where.data:
                self.said_where.errors = ["Say where, such as “the form on my old site”."]
            if self.said_on.data and self.said_on.data > today():
                self.said_on.errors = ["This day lies ahead. When did they say yes?"]
        return is_valid and not self.errors


def lists() -> ResponseReturnValue:
    """Bring in a file; and the lists that were brought in before."""
    form = ListForm()
    if request.method != "POST":
        form.topics.data, form.form_key.data = [Topic.ARTICLES.value], tokens.new_token()
        return _lists_page(form)
    if not tokens.is_token_shaped(form.form_key.data or ""):
        form.form_key.data = tokens.new_token()
    is_complete, reading = form.complete(), _read(form)
    if reading is None:
        return _lists_page(form, 422)
    if not is_complete:
        # A browser does not give the same file twice by itself.
        form.file.errors = ["Please choose the file once more."]
        return _lists_page(form, 422)
    return _take(form, reading)


def _read(form: ListForm) -> Reading | None:
    given = form.file.data
    if not isinstance(given, FileStorage) or not given.filename:
        form.file.errors = ["Choose the file."]
        return None
    try:
        return listknowing.read(given.stream.read(MOST_OCTETS + 1), today())
    except Unreadable as trouble:
        form.file.errors = [str(trouble)]
        return None


def _take(form: ListForm, reading: Reading) -> ResponseReturnValue:
    session, wish = db.session(), form.wish()
    # By what was sent as well: with the browser's Back she may choose another file.
    key = tokens.fingerprint(f"{form.form_key.data} {wish} {reading}")[:FORM_KEY_LETTERS]
    try:
        kept = bringing.take(session, reading, wish, key, clock.now())
        session.commit()
    except IntegrityError:
        # The button was pressed twice, and the other press was first.
        session.rollback()
        kept = session.scalars(select(BroughtList).where(BroughtList.form_key == key)).one()
    return _to(kept.id)


def one_list(list_id: int) -> ResponseReturnValue:
    """What would become of a list, how far it is, or what became of it."""
    brought, session, now = db.get_or_404(BroughtList, list_id), db.session(), clock.now()
    is_read = brought.state == ListState.READ
    foreseen = foreseeing.foresee(session, brought) if is_read else None
    return render_template(
        "newsletter/desk/list.html",
        brought=brought,
        counts=_counts(brought, foreseen),
        new_count=foreseen.counts[Verdict.NEW] if foreseen else brought.added_count,
        unsure_count=foreseen.unsure_count if foreseen else 0,
        dated_count=foreseen.dated_count if foreseen else 0,
        paused_count=foreseen.paused_count if foreseen else 0,
        leaver_count=foreseen.leaver_count if foreseen else 0,
        topics=brought.topics.split(),
        bad_lines=json.loads(brought.bad_lines),
        is_moving=brought.state in (ListState.ADDING, ListState.UNDOING),
        may_be_undone=undoing.may_be_undone(brought, now),
        undo_until=brought.ended_at and brought.ended_at + bringing.KEPT_FOR,
        look_again_seconds=LOOK_AGAIN_SECONDS,
        stands_still="still" in request.args,
    )


def _counts(brought: BroughtList, foreseen: Foreseen | None) -> list[tuple[str, int]]:
    """Everybody in the file, in the words of the page."""

    def number(verdict: Verdict) -> int:
        if foreseen is not None:
            return foreseen.counts[verdict]
        return int(getattr(brought, f"{verdict.value}_count"))

    rows = [
        ("On your list already: nothing changes for them", number(Verdict.HERE)),
        ("Asked already, and have not confirmed yet", number(Verdict.WAITING)),
        ("Left before: not added", number(Verdict.LEFT)),
        ("Closed, because mail came back or they complained: not added", number(Verdict.CLOSED)),
        ("Left or never said yes, the file says: not added", brought.gone_count),
        ("More than once in the file: taken once", brought.twice_count),
        ("Not an address", brought.bad_count),
    ]
    return [row for row in rows if row[1]]


def start(list_id: int) -> ResponseReturnValue:
    """Add its people. A second press does nothing."""
    session, now = db.session(), clock.now()
    db.get_or_404(BroughtList, list_id)
    if bringing.start(session, list_id, now):
        _note("list_brought_in", list_id)
        session.commit()
        queue.wake()
    return _to(list_id)


def undo(list_id: int) -> ResponseReturnValue:
    """Take its people off again."""
    session, now = db.session(), clock.now()
    db.get_or_404(BroughtList, list_id)
    if undoing.undo(session, list_id, now):
        _note("list_undone", list_id)
        session.commit()
        queue.wake()
    else:
        flash("This list cannot be undone any more.", "careful")
    return _to(list_id)


def forget(list_id: int) -> ResponseReturnValue:
    """Erase a list of which nothing was added."""
    brought = db.get_or_404(BroughtList, list_id)
    if brought.state != ListState.READ:
        return _to(list_id)
    db.session.delete(brought)
    db.session.commit()
    flash("The file is erased. Nobody was added.", "done")
    return redirect(url_for("newsletter_desk.subscribers_lists"), 303)


def _note(kind: str, list_id: int) -> None:
    account_id = guard.present().account.id
    auditing.record(
        db.session(), kind, now=clock.now(), account_id=account_id, detail=f"list {list_id}"
    )


def _to(list_id: int) -> ResponseReturnValue:
    return redirect(url_for("newsletter_desk.subscribers_list", list_id=list_id), 303)


def _lists_page(form: ListForm, status: int = 200) -> ResponseReturnValue:
    newest = select(BroughtList).order_by(BroughtList.id.desc()).limit(LATEST)
    page = render_template(
        "newsletter/desk/lists.html", form=form, lists=db.session.scalars(newest).all()
    )
    return page, status
