"""The coach's session notices: list, write, publish, take back."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from hrsite import addresses, clock, furniture, queue, unsaved
from hrsite.accounts import guard, noting, pressing_again
from hrsite.accounts.pressing_again import Pairs, Press
from hrsite.extensions import db
from hrsite.hints.hint import Hint
from hrsite.newsletter import (
    discretion,
    finding,
    following,
    issues,
    knowing,
    letters_sessions,
    telltales,
    trying,
)
from hrsite.newsletter.audience import counts
from hrsite.newsletter.models import Topic
from hrsite.notices import (
    desk_moving,
    desk_planned,
    desk_revising,
    desk_telling,
    desk_writing,
    listing,
    publishing,
    telling,
    wording,
)
from hrsite.notices.forms import NoticeForm
from hrsite.notices.models import SessionNotice
from hrsite.posts import begun, comparing, hinting
from hrsite.posts.boxes import key_in, named, number_in, opened, put_in_box
from hrsite.unsaved import UnsavedWords

ROOM = desk_writing.ROOM
ANY_NOTICE = "<int(max=2147483647):id>"

blueprint = Blueprint("notices_desk", __name__, url_prefix="/desk/notices")
blueprint.before_request(guard.require_coach)
blueprint.add_url_rule(
    f"/{ANY_NOTICE}/readers", "readers", desk_telling.readers, methods=["GET", "POST"]
)
blueprint.add_url_rule(f"/{ANY_NOTICE}/revisions", "revisions", desk_revising.index)
blueprint.add_url_rule(
    f"/{ANY_NOTICE}/revisions/<int(max=2147483647):version>",
    "revision",
    desk_revising.show,
    methods=["GET", "POST"],
)
for _name, (_deed, _methods) in desk_moving.DEEDS.items():
    blueprint.add_url_rule(
        f"/{ANY_NOTICE}/{_name}", _name.replace("-", "_"), _deed, methods=_methods
    )


@blueprint.get("/")
def index() -> str:
    """All her notices."""
    session, now = db.session(), clock.now()
    return render_template(
        "notices/desk/index.html",
        drafts=listing.drafts(session),
        upcoming=listing.upcoming(session, now),
        past=listing.past(session, now),
        called_off=listing.called_off(session, now),
        begun=begun.begun(session, ROOM),
    )


def _pressed_late(pairs: Pairs) -> Press:
    """What mails readers says so on its button."""
    boxes = dict(pairs)
    if boxes.get("act") != "publish":
        return pressing_again.what_she_wrote(pairs)
    words = "Publish, and email it to readers" if "email" in boxes else "Publish"
    return pressing_again.what_she_wrote(pairs, words)


@blueprint.route("/new", methods=["GET", "POST"])
@pressing_again.by(_pressed_late)
def new() -> ResponseReturnValue:
    """Write a new notice, or go on with one that was never saved."""
    if request.method == "POST":
        return _take(NoticeForm(), None)
    words = unsaved.of_new(db.session(), ROOM, request.args.get("words", ""))
    form = opened(NoticeForm, words)
    copied = db.session.get(SessionNotice, number_in(request.args.get("copy")))
    if words is None and copied is not None:
        desk_writing.copied(form, copied)
    return _page(form, None, kept=words)


@blueprint.route(f"/{ANY_NOTICE}", methods=["GET", "POST"])
@pressing_again.by(_pressed_late)
def edit(id: int) -> ResponseReturnValue:
    """Go on with a notice."""
    notice = db.session.get(SessionNotice, id)
    if notice is None:
        abort(404)
    if request.method == "POST":
        return _take(NoticeForm(), notice)
    words = unsaved.newest_of(db.session(), ROOM, id)
    form = opened(NoticeForm, words)
    if words is None or desk_writing.lines(form) == desk_writing.saved_lines(notice):
        desk_writing.fill(form, notice)
        return _page(form, notice)
    is_stale = number_in(form.version.data) != notice.version
    form.version.data = str(notice.version)
    return _page(form, notice, theirs=notice if is_stale else None, kept=words)


@blueprint.post(f"/{ANY_NOTICE}/withdraw")
@pressing_again.named("Take it off the site")
def withdraw(id: int) -> ResponseReturnValue:
    """Take it off the site."""
    session, now = db.session(), clock.now()
    try:
        notice = publishing.hold(session, id)
    except publishing.NoticeGone:
        abort(404)
    publishing.withdraw(notice, now)
    words = "It is off the site, and a draft again."
    words += following.taken_off(session, notice, now)
    noting.note("notice_withdrawn", now, f"notice {id}")
    session.commit()
    flash(words, "done")
    if request.form.get("back") == "home":
        return redirect(url_for("pages_desk.home"), 303)
    return redirect(url_for("notices_desk.edit", id=id), 303)


def _take(form: NoticeForm, notice: SessionNotice | None) -> ResponseReturnValue:
    """Do what the button says, or show the form again with every word still in it."""
    act = request.form.get("act")
    made = publishing.made_by(db.session(), key_in(form)) if notice is None else None
    if made is not None:  # The button of a new notice, pressed again.
        notice, form.version.data = made, "1"
    if (told := hinting.answer(form, act, clock.now(), _left_out(form))) is not None:
        return _page(form, notice, told=told)
    if not form.validate():
        return _page(form, notice, status=422)
    return _save(form, notice, act or "")


def _save(form: NoticeForm, notice: SessionNotice | None, act: str) -> ResponseReturnValue:
    """Save, and publish when that was the button."""
    session = db.session()
    try:
        kept = desk_writing.keep(form, notice)
        words = _what_was_saved(kept) + desk_telling.after_saving(kept)
        if act == "publish":
            words = _publish(kept, bool(form.email.data))
            words += desk_telling.who_has_an_older_one(kept, clock.now())
        elif act in ("test", "test plain"):
            words += f" {_test(kept, is_plain=act == 'test plain')}"
    except publishing.StaleNotice as stale:
        session.rollback()
        form.version.data = str(stale.theirs.version)
        return _page(form, stale.theirs, theirs=stale.theirs, status=409)
    except IntegrityError:  # Pressed twice at once: the other press has made it.
        session.rollback()
        if publishing.made_by(session, key_in(form)) is None:
            raise
        return _take(form, None)
    except desk_writing.WrongTimes:
        session.rollback()
        return _page(form, notice, status=422)
    except publishing.BinnedNotice:
        session.rollback()
        flash("It is in the bin. Put it back first.", "wrong")
        return _page(form, notice, status=409)
    except publishing.NoticeOver:
        session.rollback()
        form.date.errors = ["That session is over. Choose a day that lies ahead."]
        return _page(form, notice, status=422)
    answer = redirect(url_for("notices_desk.edit", id=kept.id), 303)
    session.commit()
    queue.wake()
    _say(words, kept)
    return answer


def _say(words: str, notice: SessionNotice) -> None:
    flash(words, "done")
    for careful in wording.clock_changes(notice, clock.now()):
        flash(careful, "careful")


def _publish(notice: SessionNotice, with_email: bool) -> str:
    """Publish, and say in words what will become of the letter."""
    session, now = db.session(), clock.now()
    issue = finding.issue_of(session, notice)
    is_late = issue is None and telling.is_too_late(notice, now)
    before = notice.published_at, notice.send_to_readers
    publishing.publish(notice, with_email and not is_late, now)
    if (notice.published_at, notice.send_to_readers) != before:
        noting.note("notice_published", now, f"notice {notice.id}")
    words = "It is on the site."
    known = knowing.last_known(session, notice.id)
    if with_email and issue is not None and known is not None:
        words += f" {desk_planned.words_of(known)} No second one goes out."
    elif with_email and notice.send_at is not None and notice.send_at > now:
        words += f" {desk_planned.now_lost(notice, now) or desk_planned.as_planned(notice, now)}"
    elif with_email and is_late:
        words += f" {telling.why_too_late(notice, now)}, so no email goes out."
    elif with_email:
        ready_count = counts(session, Topic.NOTICES, now).ready
        words += f" It goes to {furniture.count(ready_count, 'reader', 'readers')} by email"
        until = telling.letter_until(notice)
        starts_at = issues.begins_at(Topic.NOTICES, now, now, until)
        words += f" at {furniture.clock_time(starts_at)}." if starts_at > now else " now."
    return words


def _test(notice: SessionNotice, is_plain: bool) -> str:
    """The letter as readers would get it, to the coach's own address; and what to say of it."""
    account = guard.present().account
    letter, plain = letters_sessions.first(db.session(), notice, clock.now())
    try:
        trying.put_test(
            db.session(), letter, account.email, clock.now(), plain if is_plain else None
        )
    except trying.NoTest as trouble:
        return str(trouble)
    return f"A test is on its way to {addresses.mask(account.email)}."


def _what_was_saved(notice: SessionNotice) -> str:
    if notice.deleted_at is not None:
        return "Saved. It is in the bin, so readers do not see it."
    if notice.published_at is not None:
        return "Updated. Readers see the new words now."
    return "Saved. Only you can see it."


def _left_out(form: NoticeForm) -> list[Hint]:
    """What plain letters leave out of her own words. They hold no other box."""
    texts = {name: form[name].data or "" for name in ("place", "how_to_join")}
    return discretion.hints(texts, telltales.ours(db.session()))


def _page(
    form: NoticeForm,
    notice: SessionNotice | None,
    *,
    theirs: SessionNotice | None = None,
    kept: UnsavedWords | None = None,
    told: hinting.Told = (),
    status: int = 200,
) -> ResponseReturnValue:
    for words in told:
        flash(*words)
    named(form)
    saved, compared = theirs or (notice if kept else None), None
    if saved is not None:
        lines = desk_writing.saved_lines(saved), desk_writing.lines(form)
        compared = comparing.compare(*lines)
    page = render_template(
        "notices/desk/edit.html",
        form=form,
        html=put_in_box(form),
        hints=hinting.about(form, clock.now(), _left_out(form)),
        notice=notice,
        theirs=theirs,
        unsaved=kept,
        compared=compared,
        audience=counts(db.session(), Topic.NOTICES, clock.now()),
    )
    return page, status
