"""The coach's articles: list, write, preview."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from hrsite import clock, furniture, unsaved
from hrsite.accounts import guard
from hrsite.extensions import db
from hrsite.media.storing import MOST_BYTES, PictureRefused
from hrsite.newsletter import summarising
from hrsite.posts import (
    begun,
    desk_address,
    desk_mailing,
    desk_picturing,
    desk_previewing,
    desk_publishing,
    desk_revising,
    desk_standing,
    desk_synonyms,
    desk_writing,
    hinting,
    publishing,
    shelf,
    viewing,
)
from hrsite.posts.boxes import key_in, named, number_in, opened, put_in_box
from hrsite.posts.forms import PostForm
from hrsite.posts.models import Post
from hrsite.unsaved import UnsavedWords

ANY_POST = "<int(max=2147483647):id>"

blueprint = Blueprint("posts_desk", __name__, url_prefix="/desk/posts")
blueprint.before_request(guard.require_coach)
blueprint.add_url_rule(
    f"/{ANY_POST}/publish", "publish", desk_publishing.publish, methods=["GET", "POST"]
)
blueprint.add_url_rule(f"/{ANY_POST}/done", "done", desk_publishing.done)
blueprint.add_url_rule(
    f"/{ANY_POST}/withdraw", "withdraw", desk_publishing.withdraw, methods=["POST"]
)


blueprint.add_url_rule(
    f"/{ANY_POST}/address", "address", desk_address.address, methods=["GET", "POST"]
)
blueprint.add_url_rule("/pictures", "add_picture", desk_picturing.add, methods=["POST"])
blueprint.add_url_rule(f"/{ANY_POST}/revisions", "revisions", desk_revising.index)
blueprint.add_url_rule(
    f"/{ANY_POST}/revisions/<int(max=2147483647):version>",
    "revision",
    desk_revising.show,
    methods=["GET", "POST"],
)
blueprint.add_url_rule("/preview", "begin_preview", desk_previewing.begin, methods=["POST"])
blueprint.add_url_rule(f"/{ANY_POST}/preview", "preview", desk_previewing.show)
blueprint.add_url_rule(f"/{ANY_POST}/preview/page", "preview_page", desk_previewing.page)
blueprint.add_url_rule(f"/{ANY_POST}/preview/letter", "preview_letter", desk_previewing.letter)
blueprint.add_url_rule("/synonyms", "synonyms", desk_synonyms.edit, methods=["GET", "POST"])
blueprint.add_url_rule(f"/{ANY_POST}/stop", "stop", desk_mailing.stop, methods=["POST"])
blueprint.add_url_rule(f"/{ANY_POST}/test", "test", desk_mailing.test, methods=["POST"])


blueprint.add_url_rule("/start-here", "start_here", desk_standing.start_here)
for deed, view in desk_standing.DEEDS.items():
    blueprint.add_url_rule(f"/{ANY_POST}/{deed}", view.__name__, view, methods=["POST"])


@blueprint.context_processor
def _offer_numbers() -> dict[str, Callable[[Sequence[Post]], Any]]:
    # The functions, and not their answers: a page that shows none asks the database nothing.
    return {"views_of": _views_of, "letters_of": _letters_of}


@blueprint.get("/")
def index() -> str:
    """All her articles."""
    session, now = db.session(), clock.now()
    return render_template(
        "posts/desk/index.html",
        drafts=shelf.drafts(session),
        scheduled=shelf.scheduled(session, now),
        email_only=shelf.email_only(session, now),
        published=shelf.published(session, now),
        begun=begun.begun(session, Post.__tablename__),
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Write a new article, or go on with one that was never saved."""
    if request.method == "POST":
        return _take(PostForm(), None)
    words = unsaved.of_new(db.session(), Post.__tablename__, request.args.get("words", ""))
    return _page(opened(PostForm, words), None, kept=words)


@blueprint.route(f"/{ANY_POST}", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """Go on with an article."""
    session = db.session()
    post = session.get(Post, id)
    if request.method == "POST":
        if post is None:
            flash(
                "This article was deleted elsewhere. Here are your words, as a new one.", "careful"
            )
        return _take(PostForm(), post)
    if post is None:
        abort(404)
    words = unsaved.newest_of(session, Post.__tablename__, post.id)
    form = opened(PostForm, words)
    if words is None or not desk_writing.is_news(form, post):
        desk_writing.fill(form, post)
        return _page(form, post)
    is_stale = number_in(form.version.data) != post.version
    form.version.data = str(post.version)
    return _page(form, post, theirs=post if is_stale else None, kept=words)


def _views_of(posts: Sequence[Post]) -> dict[int, viewing.Views]:
    return viewing.views_of(db.session(), posts, clock.local(clock.now()).date())


def _letters_of(posts: Sequence[Post]) -> dict[int, summarising.IssueSummary]:
    return summarising.summaries(db.session(), [post.id for post in posts], clock.now())


def _take(form: PostForm, post: Post | None, *, is_again: bool = False) -> ResponseReturnValue:
    """Do what the button says, or show the form again with every word still in it."""
    act, session = request.form.get("act"), db.session()
    made = None if post else publishing.made_by(session, key_in(form))
    if made is not None:  # The button of a new article, pressed again.
        post, form.version.data = made, "1"
    if (told := hinting.answer(form, act, clock.now())) is not None:
        return _page(form, post, told=told)
    try:
        if act == "picture" and form.body_picture.data is not None:
            return _add_picture(form, post)
        if not form.validate():
            return _page(form, post, status=422)
        kept = desk_writing.keep(form, post, is_reviewed=act == "reviewed", is_again=bool(made))
    except publishing.StalePost as stale:
        session.rollback()
        form.version.data = str(stale.theirs.version)
        return _page(form, stale.theirs, theirs=stale.theirs, status=409)
    except IntegrityError:
        session.rollback()
        is_double = publishing.made_by(session, key_in(form)) is not None
        if is_again and not is_double:
            raise
        # Pressed twice at once, the other press has made the article. Otherwise an article of the
        # same title, or a topic of the same name, was made in this very moment: it is there now.
        desk_writing.rewind(form)
        return _take(form, post, is_again=True)
    except publishing.PostGone:  # Deleted since we looked, a moment ago.
        session.rollback()
        return _take(form, None)
    except PictureRefused as trouble:
        session.rollback()
        _say_at_picture(form, str(trouble))
        return _page(form, post, status=422)
    told = (_what_was_saved(kept), "done"), (_what_is_lacking(kept), "careful")
    endpoint = "posts_desk.publish" if act == "publish" else "posts_desk.edit"
    answer = redirect(url_for(endpoint, id=kept.id), 303)
    session.commit()
    _tell(told)
    return answer


def _tell(told: hinting.Told) -> None:
    for words, kind in told:
        if words:
            flash(words, kind)


def _add_picture(form: PostForm, post: Post | None) -> ResponseReturnValue:
    desk_writing.add_picture_to_text(form)
    db.session.commit()
    flash("The picture stands at the end of the text. The text is not saved yet.", "careful")
    return _page(form, post)


def _say_at_picture(form: PostForm, words: str) -> None:
    field = form.picture if form.body_picture.data is None else form.body_picture
    field.errors = [*field.errors, words]


def _what_was_saved(post: Post) -> str:
    if post.deleted_at is not None:
        return "Saved. It is in the bin, so readers do not see it."
    if post.is_published(clock.now()):
        return "Updated. Readers see the new words now."
    if post.out_at is not None and post.is_scheduled(clock.now()):
        return f"Saved. It goes out on {furniture.moment(post.out_at)}, as planned."
    if post.is_email_only:
        return "Updated: the page its letter leads to has the new words. Letters stay as they were."
    return "Saved. Only you can see it."


def _what_is_lacking(post: Post) -> str:
    """A draft may be empty. What goes out, or is out, should not be."""
    now = clock.now()
    if post.has_text or post.is_draft:
        return ""
    if post.send_to_readers and (post.is_scheduled(now) or post.has_letter_ahead(now)):
        return "There is no text in it now. Without text it goes to no readers."
    return "There is no text in it now."


def _page(
    form: PostForm,
    post: Post | None,
    *,
    theirs: Post | None = None,
    kept: UnsavedWords | None = None,
    told: hinting.Told = (),
    status: int = 200,
) -> ResponseReturnValue:
    _tell(told)
    named(form)
    saved = theirs or (post if kept else None)
    html = put_in_box(form)
    page = render_template(
        "posts/desk/edit.html",
        form=form,
        html=html,
        most_bytes=MOST_BYTES,
        post=post,
        theirs=theirs,
        unsaved=kept,
        hints=hinting.about(form, clock.now()),
        compared=desk_writing.compared(saved, form) if saved is not None else None,
    )
    return page, status
