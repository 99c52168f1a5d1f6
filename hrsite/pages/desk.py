"""The first page of the desk, and the addresses of the coach's pages."""

from flask import Blueprint, render_template

from hrsite import clock
from hrsite.accounts import guard
from hrsite.columns import LARGEST_ID
from hrsite.extensions import db
from hrsite.newsletter import summarising
from hrsite.newsletter.audience import counts
from hrsite.newsletter.models import Topic
from hrsite.notices import listing as notices_listing
from hrsite.outbox import instance
from hrsite.pages import (
    desk_bin,
    desk_health,
    desk_pages,
    desk_pictures,
    desk_revising,
    desk_words,
    needing,
)
from hrsite.pages.binning import KINDS
from hrsite.posts import shelf

RECENT_COUNT = 5

blueprint = Blueprint("pages_desk", __name__, url_prefix="/desk")
blueprint.before_request(guard.require_coach)
blueprint.add_url_rule("/pages/", "page_list", desk_pages.page_list)
blueprint.add_url_rule("/pages/new", "new_page", desk_pages.new_page, methods=["GET", "POST"])
blueprint.add_url_rule("/pages/<slug>", "edit", desk_pages.edit, methods=["GET", "POST"])
blueprint.add_url_rule("/pages/<slug>/revisions", "revisions", desk_revising.index)
blueprint.add_url_rule(
    f"/pages/<slug>/revisions/<int(max={LARGEST_ID}):version>",
    "revision",
    desk_revising.show,
    methods=["GET", "POST"],
)
blueprint.add_url_rule("/pages/<slug>/move", "move_page", desk_pages.move_page, methods=["POST"])

blueprint.add_url_rule("/health", "health", desk_health.health)
blueprint.add_url_rule("/health/try", "try_mail", desk_health.try_mail, methods=["POST"])

WORDS = f"/words/<any({', '.join(desk_words.ROOMS)}):room>"
blueprint.add_url_rule(WORDS, "keep_words", desk_words.keep, methods=["POST"])
blueprint.add_url_rule(
    f"{WORDS}/throw-away", "throw_words_away", desk_words.throw_away, methods=["POST"]
)

BINNED = f"/bin/<any({', '.join(KINDS)}):kind>/<int(max={LARGEST_ID}):id>"
blueprint.add_url_rule("/bin/", "bin_list", desk_bin.bin_list)
blueprint.add_url_rule(BINNED, "throw_away", desk_bin.throw_away, methods=["POST"])
blueprint.add_url_rule(f"{BINNED}/back", "put_back", desk_bin.put_back, methods=["POST"])
blueprint.add_url_rule(f"{BINNED}/delete", "delete", desk_bin.delete, methods=["GET", "POST"])

PICTURE = f"/pictures/<int(max={LARGEST_ID}):id>"
blueprint.add_url_rule("/pictures/", "picture_list", desk_pictures.picture_list)
blueprint.add_url_rule(PICTURE, "picture", desk_pictures.picture)
for deed, view in (("describe", desk_pictures.describe), ("replace", desk_pictures.replace)):
    blueprint.add_url_rule(f"{PICTURE}/{deed}", f"picture_{deed}", view, methods=["POST"])
blueprint.add_url_rule(
    f"{PICTURE}/delete", "picture_delete", desk_pictures.delete, methods=["GET", "POST"]
)


@blueprint.get("/")
def home() -> str:
    """What needs the coach, then what she is working on, then how the last ones went."""
    session, now = db.session(), clock.now()
    recent = shelf.out_lately(session, now, RECENT_COUNT)
    return render_template(
        "pages/desk/home.html",
        **instance.told(session, now),
        needs=needing.needs(session, now),
        drafts=shelf.drafts(session),
        scheduled=shelf.scheduled(session, now),
        recent=recent,
        issue_of=summarising.summaries(session, [post.id for post in recent], now),
        notices=notices_listing.upcoming(session, now),
        reader_counts={topic.value: counts(session, topic, now).getting for topic in Topic},
    )
