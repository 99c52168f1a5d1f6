"""The coach's articles: list, write, preview, delete."""

from collections.abc import Callable, Sequence
from dataclasses import asdict

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from hrsite import clock, furniture
from hrsite.accounts import guard
from hrsite.extensions import db
from hrsite.headers import content_security_policy
from hrsite.markup import clean
from hrsite.media.storing import PictureRefused
from hrsite.posts import (
    desk_address,
    desk_mailing,
    desk_publishing,
    desk_standing,
    desk_synonyms,
    desk_writing,
    publishing,
    shelf,
    viewing,
)
from hrsite.posts.boxes import number_in
from hrsite.posts.forms import PostForm
from hrsite.posts.models import Post
from hrsite.posts.tagging import find_or_make, names_of

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
blueprint.add_url_rule("/synonyms", "synonyms", desk_synonyms.edit, methods=["GET", "POST"])
blueprint.add_url_rule(f"/{ANY_POST}/stop", "stop", desk_mailing.stop, methods=["POST"])
blueprint.add_url_rule(f"/{ANY_POST}/test", "test", desk_mailing.test, methods=["POST"])


blueprint.add_url_rule("/start-here", "start_here", desk_standing.start_here)
for deed, view in desk_standing.DEEDS.items():
    blueprint.add_url_rule(f"/{ANY_POST}/{deed}", view.__name__, view, methods=["POST"])


@blueprint.context_processor
def _offer_views() -> dict[str, Callable[[Sequence[Post]], dict[int, viewing.Views]]]:
    # The function, and not its answer: a page that does not show them asks the database nothing.
    return {"views_of": _views_of}


@blueprint.get("/")
def index() -> str:
    """All her articles."""
    session, now = db.session(), clock.now()
    return render_template(
        "posts/desk/index.html",
        drafts=shelf.drafts(session),
        scheduled=shelf.scheduled(session, now),
        published=shelf.published(session, now),
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Write a new article."""
    form = PostForm()
    return _take(form, None) if request.method == "POST" else _page(form, None)


@blueprint.route(f"/{ANY_POST}", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """Go on with an article."""
    form = PostForm()
    post = db.session.get(Post, id)
    if request.method == "POST":
        if post is None:
            flash(
                "This article was deleted elsewhere. Here are your words, as a new one.", "careful"
            )
        return _take(form, post)
    if post is None:
        abort(404)
    desk_writing.fill(form, post)
    return _page(form, post)


@blueprint.post("/preview")
def preview() -> ResponseReturnValue:
    """The page as readers would see it. Nothing is saved, and nothing in it runs or submits."""
    form, session = PostForm(), db.session()
    saved = session.get(Post, number_in(request.args.get("id")))
    post = Post(
        title=form.title.data or "No title yet",
        slug=saved.slug if saved else "",
        summary=form.summary.data or "",
        body_html=clean(desk_writing.html_of(form)),
        author_name=furniture.site().coach_name,
        language=saved.language if saved else "",
        picture=None if saved is None or form.remove_picture.data else saved.picture,
        published_at=saved.published_at if saved else None,
        **asdict(desk_writing.standing_of(form, saved, is_reviewed=False)),
        tags=[find_or_make(session, name) for name in names_of(form.topics.data or "")],
    )
    page = render_template("posts/desk/preview.html", post=post)
    policy = f"{content_security_policy()}; sandbox allow-same-origin"
    return page, {"Content-Security-Policy": policy}


@blueprint.route(f"/{ANY_POST}/delete", methods=["GET", "POST"])
def delete(id: int) -> ResponseReturnValue:
    """Ask once, then throw it away."""
    session = db.session()
    post = session.get(Post, id) or abort(404)
    if request.method != "POST":
        return render_template("posts/desk/delete.html", post=post)
    try:
        publishing.delete(session, publishing.hold(session, id))
        session.commit()
    except publishing.PostGone:
        session.rollback()
    except IntegrityError:  # Its Issue holds on to it.
        session.rollback()
        flash(
            "Readers got this by email, so the desk keeps it with the record of that."
            " You can take it off the site.",
            "wrong",
        )
        return redirect(url_for("posts_desk.edit", id=id), 303)
    flash("Deleted.", "done")
    return redirect(url_for("posts_desk.index"), 303)


def _views_of(posts: Sequence[Post]) -> dict[int, viewing.Views]:
    return viewing.views_of(db.session(), posts, clock.local(clock.now()).date())


def _take(form: PostForm, post: Post | None) -> ResponseReturnValue:
    """Do what the button says, or show the form again with every word still in it."""
    act, session = request.form.get("act"), db.session()
    try:
        if act == "picture" and form.body_picture.data is not None:
            return _add_picture(form, post)
        if not form.validate():
            return _page(form, post, status=422)
        kept = desk_writing.keep(form, post, is_reviewed=act == "reviewed")
    except publishing.StalePost as stale:
        session.rollback()
        form.version.data = str(stale.theirs.version)
        return _page(form, stale.theirs, theirs=stale.theirs, status=409)
    except publishing.PostGone:  # Deleted since we looked, a moment ago.
        session.rollback()
        return _take(form, None)
    except PictureRefused as trouble:
        session.rollback()
        _say_at_picture(form, str(trouble))
        return _page(form, post, status=422)
    words = _what_was_saved(kept)
    endpoint = "posts_desk.publish" if act == "publish" else "posts_desk.edit"
    answer = redirect(url_for(endpoint, id=kept.id), 303)
    session.commit()
    flash(words, "done")
    return answer


def _add_picture(form: PostForm, post: Post | None) -> ResponseReturnValue:
    desk_writing.add_picture_to_text(form)
    db.session.commit()
    flash("The picture stands at the end of the text. The text is not saved yet.", "careful")
    return _page(form, post)


def _say_at_picture(form: PostForm, words: str) -> None:
    field = form.picture if form.body_picture.data is None else form.body_picture
    field.errors = [*field.errors, words]


def _what_was_saved(post: Post) -> str:
    if post.is_published(clock.now()):
        return "Updated. Readers see the new words now."
    if post.published_at is not None:
        return f"Saved. It goes out on {furniture.moment(post.published_at)}, as planned."
    return "Saved. Only you can see it."


def _page(
    form: PostForm, post: Post | None, *, theirs: Post | None = None, status: int = 200
) -> ResponseReturnValue:
    page = render_template("posts/desk/edit.html", form=form, post=post, theirs=theirs)
    return page, status
