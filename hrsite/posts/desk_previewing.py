"""How an article will look: its page and its letter, wide and narrow, as text, and plain.

Made by the same renderers as what readers get, from the words in the form, saved or not. `desk`
puts these at their addresses, behind the guard.
"""

from dataclasses import asdict
from typing import NamedTuple

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock, furniture, tokens, unsaved
from hrsite.extensions import db
from hrsite.headers import FRAMED_LETTER_POLICY, framed_policy, framing_policy
from hrsite.newsletter import letters, trying
from hrsite.outbox.compose import Letter
from hrsite.posts import desk_writing
from hrsite.posts.boxes import MOST_LETTERS, html_of, key_in, number_in, opened
from hrsite.posts.forms import PostForm
from hrsite.posts.models import Post
from hrsite.posts.tagging import find_or_make, names_of
from hrsite.texts.markup import clean
from hrsite.unsaved import UnsavedWords


class Look(NamedTuple):
    """One way to look at it: what it is called, and what is shown."""

    words: str
    is_letter: bool = False
    is_narrow: bool = False
    is_text: bool = False
    is_plain: bool = False


LOOKS = {
    "page": Look("The page"),
    "phone": Look("The page on a phone", is_narrow=True),
    "letter": Look("The letter", is_letter=True),
    "letter-phone": Look("The letter on a phone", is_letter=True, is_narrow=True),
    "text": Look("The letter as bare text", is_letter=True, is_text=True),
    "plain": Look("A plain letter", is_letter=True, is_plain=True),
    "plain-text": Look("A plain letter as bare text", is_letter=True, is_text=True, is_plain=True),
}


def begin() -> ResponseReturnValue:
    """Keep what stands in the form, unsaved as it is, and lead to where it can be looked at."""
    form, session = PostForm(), db.session()
    boxes = {name: text for name, text in request.form.items() if name in form}
    if sum(map(len, boxes.values())) > MOST_LETTERS:
        abort(413)
    post = session.get(Post, number_in(request.args.get("id")))
    key = key_in(form) or tokens.new_token()
    row_id = post.id if post is not None else None
    unsaved.keep(session, key, Post.__tablename__, row_id, boxes, clock.now())
    session.commit()
    return redirect(url_for("posts_desk.preview", id=row_id or 0, words=key), 303)


def show(id: int) -> ResponseReturnValue:
    """One look at it, and the others a press away."""
    name = request.args.get("as", "page")
    look = LOOKS.get(name) or abort(404)
    key = request.args.get("words", "")
    post = _post(id, key)
    page = render_template(
        "posts/desk/previews.html",
        post=post,
        id=id,
        key=key or None,
        looks=LOOKS,
        name=name,
        look=look,
        letter=_letter(post, look.is_plain) if look.is_letter else None,
    )
    return page, {"Content-Security-Policy": framing_policy()}


def page(id: int) -> ResponseReturnValue:
    """The page as readers will see it, for a frame. Nothing in it runs or submits."""
    shown = render_template(
        "posts/desk/preview.html", post=_post(id, request.args.get("words", ""))
    )
    return shown, {"Content-Security-Policy": framed_policy()}


def letter(id: int) -> ResponseReturnValue:
    """The letter as mail programs will show it, for a frame. Nothing in it runs or submits."""
    post = _post(id, request.args.get("words", ""))
    shown = _letter(post, request.args.get("plain") == "yes")
    return shown.html, {"Content-Security-Policy": FRAMED_LETTER_POLICY}


def _letter(post: Post, is_plain: bool) -> Letter:
    whole = letters.article(post, current_app.config["BASE_URL"], clock.now())
    return trying.shown(letters.discreet_article(post, whole.mark) if is_plain else whole)


def _post(id: int, key: str) -> Post:
    """The article with the words of that form in it; the saved one, where they are saved by now."""
    session = db.session()
    saved = session.get(Post, id)
    words = session.get(UnsavedWords, key) if tokens.is_token_shaped(key) else None
    if words is not None and (words.room, words.row_id or 0) == (Post.__tablename__, id):
        return _with_words(words, saved)
    return saved or abort(404)


def _with_words(words: UnsavedWords, saved: Post | None) -> Post:
    """An article that is in no session: nothing of it can be saved by mistake."""
    form, session = opened(PostForm, words), db.session()
    return Post(
        id=saved.id if saved else 0,
        title=form.title.data or "No title yet",
        slug=saved.slug if saved else "preview",
        summary=form.summary.data or "",
        body_html=clean(html_of(form)),
        author_name=furniture.site().coach_name,
        language=saved.language if saved else "",
        picture=None if saved is None or form.remove_picture.data else saved.picture,
        published_at=saved.published_at if saved else None,
        unlisted_at=saved.unlisted_at if saved else None,
        unlisted_token=saved.unlisted_token if saved else None,
        **asdict(desk_writing.standing_of(form, saved, is_reviewed=False)),
        tags=[find_or_make(session, name) for name in names_of(form.topics.data or "")],
    )
