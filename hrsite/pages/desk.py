"""The first page of the desk, and the pages that stand by themselves."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock
from hrsite.accounts import guard
from hrsite.extensions import db
from hrsite.markup import from_markdown, to_markdown
from hrsite.newsletter import issues
from hrsite.newsletter.audience import counts
from hrsite.newsletter.models import Topic
from hrsite.notices import listing as notices_listing
from hrsite.outbox import instance
from hrsite.pages import listing, needing, writing
from hrsite.pages.forms import PageForm
from hrsite.pages.models import Page
from hrsite.posts import shelf
from hrsite.posts.boxes import number_in

RECENT_COUNT = 5

blueprint = Blueprint("pages_desk", __name__, url_prefix="/desk")
blueprint.before_request(guard.require_coach)


@blueprint.get("/")
def home() -> str:
    """What needs the coach, then what she is working on, then how the last ones went."""
    session, now = db.session(), clock.now()
    recent = shelf.published(session, now, RECENT_COUNT)
    return render_template(
        "pages/desk/home.html",
        **instance.told(session),
        needs=needing.needs(session, now),
        drafts=shelf.drafts(session),
        scheduled=shelf.scheduled(session, now),
        recent=recent,
        issue_of=issues.summaries(session, [post.id for post in recent]),
        notices=notices_listing.upcoming(session, now),
        reader_counts={topic.value: counts(session, topic, now).getting for topic in Topic},
    )


@blueprint.route("/pages/<slug>", methods=["GET", "POST"])
def edit(slug: str) -> ResponseReturnValue:
    """Write a page. One that was never written begins empty."""
    if slug not in listing.KNOWN_SLUGS:
        abort(404)
    form, page = PageForm(), listing.by_slug(db.session(), slug)
    if request.method == "POST":
        return _take(form, page, slug)
    form.title.data = page.title if page else listing.KNOWN_SLUGS[slug]
    form.body.data = to_markdown(page.body_html) if page else ""
    form.version.data = str(page.version if page else 0)
    return _page(form, page)


def _take(form: PageForm, page: Page | None, slug: str) -> ResponseReturnValue:
    """Save it, or show the form again with every word still in it."""
    session = db.session()
    if not form.validate():
        return _page(form, page, status=422)
    html, version = from_markdown(form.body.data or ""), number_in(form.version.data)
    try:
        writing.save(session, slug, form.title.data or "", html, version, clock.now())
    except writing.StalePage as stale:
        session.rollback()
        form.version.data = str(stale.theirs.version)
        return _page(form, stale.theirs, theirs=stale.theirs, status=409)
    session.commit()
    flash("Updated. Readers see the new words now.", "done")
    return redirect(url_for("pages_desk.edit", slug=slug), 303)


def _page(
    form: PageForm, page: Page | None, *, theirs: Page | None = None, status: int = 200
) -> ResponseReturnValue:
    html = render_template("pages/desk/edit.html", form=form, page=page, theirs=theirs)
    return html, status
