"""The search page. `views` puts it at its address.

Its pages are not kept: there are as many as there are words, and what people look for here is
nobody's to keep, in memory either. It costs a few milliseconds to make one anew.
"""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from hrsite import clock
from hrsite.extensions import db
from hrsite.posts import listing, matching, searching
from hrsite.posts.queries import LONGEST_QUERY
from hrsite.ready import pagecache
from hrsite.texts.markup import tidy_text

LAST_PAGE = 2 * matching.MOST // searching.PAGE_SIZE


@pagecache.ready(q=pagecache.UNKEPT, page=pagecache.UNKEPT)
def search() -> ResponseReturnValue:
    """The form; below it what was found, or other ways on."""
    session, now = db.session(), clock.now()
    typed = request.args.get("q", "")
    page = _page_number()
    found = searching.search(session, typed, now, page)
    if page > 1 and not found.results:
        abort(404)
    return render_template(
        "posts/search.html",
        typed=" ".join(tidy_text(typed[: LONGEST_QUERY + 1]).split())[:LONGEST_QUERY],
        found=found,
        tags=[] if found.results else listing.tags_with_counts(session, now),
    )


def _page_number() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 0 < int(text) <= LAST_PAGE):
        abort(404)
    return int(text)
