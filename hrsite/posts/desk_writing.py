"""What the writing form says, handed to the jobs: words, pictures, and the text in its format."""

from flask import current_app

from hrsite import clock, furniture, unsaved
from hrsite.extensions import db
from hrsite.hints import keeping
from hrsite.posts import aging, comparing, hinting, illustrating, publishing
from hrsite.posts.boxes import html_of, key_in, number_in, opened
from hrsite.posts.forms import PostForm
from hrsite.posts.models import Post
from hrsite.posts.revising import Words
from hrsite.posts.tagging import line_of, names_of
from hrsite.posts.timing import is_in_reach
from hrsite.texts.markup import clean, to_markdown
from hrsite.unsaved import UnsavedWords

ROOM = Post.__tablename__


def words_in(form: PostForm) -> Words:
    """What the article would say, once saved."""
    return Words(
        (form.title.data or "").strip(),
        (form.summary.data or "").strip(),
        clean(html_of(form)),
        ", ".join(names_of(form.topics.data or "")),
        (form.content_note.data or "").strip(),
    )


def compared(saved: Post, form: PostForm) -> list[comparing.Line]:
    """What is different between an article and the boxes."""
    lines = [comparing.lines_of(words) for words in (Words.of(saved), words_in(form))]
    return comparing.compare(*lines)


def is_news(form: PostForm, post: Post) -> bool:
    """Does any box say something else than the article?"""
    saved = PostForm(formdata=None)
    fill(saved, post)
    return words_in(form) != Words.of(post) or any(
        form[name].data != saved[name].data for name in ("lasts", "until_on", "reviewed_on")
    )


def unsaved_news(post: Post) -> UnsavedWords | None:
    """Words of it that are kept, not saved, and say something else."""
    words = unsaved.newest_of(db.session(), Post.__tablename__, post.id)
    return words if words is not None and is_news(opened(PostForm, words), post) else None


def fill(form: PostForm, post: Post) -> None:
    """Put an article into the boxes."""
    form.title.data = post.title
    form.summary.data = post.summary
    form.body.data = to_markdown(post.body_html)
    form.body_format.data = "markdown"
    form.topics.data = line_of(post.tags)
    form.content_note.data = post.content_note
    form.lasts.data = "always" if post.current_until is None else "until"
    if post.current_until is not None:
        form.until_on.data = aging.last_day(post.current_until, clock.zone())
    if post.reviewed_at is not None:
        form.reviewed_on.data = clock.local(post.reviewed_at).date()
    form.version.data = str(post.version)
    form.kept_hints.data = keeping.text_of(db.session(), ROOM, post.id)
    if post.picture is not None:
        form.picture_alt.data = post.picture.alt
        form.picture_decorative.data = post.picture.is_decorative


def hint_count_of(post: Post) -> int:
    """How many hints a saved article has that she has not answered."""
    form = PostForm(formdata=None)
    fill(form, post)
    return len(hinting.about(form, clock.now()).hints)


def keep(
    form: PostForm, post: Post | None, *, is_reviewed: bool = False, is_again: bool = False
) -> Post:
    """Save what the form says, pictures and all; the caller commits.

    `is_again`: a press before this one has made it, perhaps of these very words.

    Raises StalePost, PostGone or PictureRefused; then the caller rolls back.
    """
    now, session = clock.now(), db.session()
    if post is not None and is_again and not is_news(form, post):
        return post
    if post is not None:  # Before any picture is stored, which would be for nothing.
        post = publishing.hold(session, post.id, number_in(form.version.data))
    if form.body_picture.data is not None:
        add_picture_to_text(form)
    words, key = words_of(form, post, is_reviewed), key_in(form)
    post = publishing.save(session, post, words, None, now, key)
    unsaved.forget(session, key)
    wish = illustrating.HeadPicture(
        form.picture.data,
        form.picture_alt.data or "",
        bool(form.picture_decorative.data),
        bool(form.remove_picture.data),
    )
    illustrating.set_head_picture(session, post, wish, current_app.config["MEDIA_FOLDER"], now)
    keeping.remember(session, ROOM, post.id, form.kept_hints.data)
    session.flush()
    return post


def rewind(form: PostForm) -> None:
    """Let its files be read once more, from the start."""
    for field in (form.picture, form.body_picture):
        if field.data is not None:
            field.data.seek(0)


def add_picture_to_text(form: PostForm) -> None:
    """Store the picture for the text, and put it at the end of the text in the box.

    Raises PictureRefused.
    """
    picture = illustrating.store(
        db.session(),
        form.body_picture.data,
        form.body_picture_alt.data or "",
        False,
        current_app.config["MEDIA_FOLDER"],
        clock.now(),
    )
    html = illustrating.picture_html(picture)
    piece = html if form.body_format.data == "html" else to_markdown(html)
    form.body.data = f"{(form.body.data or '').rstrip()}\n\n{piece.strip()}\n".lstrip("\n")
    form.body_picture_alt.data = ""


def words_of(form: PostForm, post: Post | None, is_reviewed: bool) -> publishing.PostWords:
    """The words in the boxes."""
    return publishing.PostWords(
        title=form.title.data or "",
        summary=form.summary.data or "",
        body_html=html_of(form),
        topics=names_of(form.topics.data or ""),
        author_name=furniture.site().coach_name,
        standing=standing_of(form, post, is_reviewed),
    )


def standing_of(form: PostForm, post: Post | None, is_reviewed: bool) -> publishing.Standing:
    """What the article carries. A day that stays the same keeps its moment."""
    zone, reviewed_at = clock.zone(), None
    if is_reviewed:
        reviewed_at = clock.now()
    elif is_in_reach(form.reviewed_on.data):
        reviewed_at = aging.noon(form.reviewed_on.data, zone)
        if post is not None and post.reviewed_at is not None:
            is_same_day = clock.local(post.reviewed_at).date() == form.reviewed_on.data
            reviewed_at = post.reviewed_at if is_same_day else reviewed_at
        reviewed_at = min(reviewed_at, clock.now())
    is_for_a_time = form.lasts.data == "until" and is_in_reach(form.until_on.data)
    return publishing.Standing(
        content_note=form.content_note.data or "",
        current_until=aging.end_of(form.until_on.data, zone) if is_for_a_time else None,
        reviewed_at=reviewed_at,
    )
