"""Makes a reader's own page small on its way: what was searched, confirmed, chosen or broken.

Ready pages are compressed where they lie, and are asked for without a word of any browser. The
desk's pages hold secrets beside what a request brought along, so they go as they are (BREACH).
"""

from flask import Flask, Response, request

from hrsite.cookies import DESK
from hrsite.ready import pagecache
from hrsite.ready.negotiating import coding
from hrsite.ready.readypage import SHORTEST, packed


def init_app(app: Flask) -> None:
    """Look at every answer."""
    app.after_request(_compress)


def _compress(answer: Response) -> Response:
    if pagecache.is_for_all():
        return answer
    if answer.mimetype != "text/html" or answer.is_streamed or request.path.startswith(DESK):
        return answer
    if answer.content_encoding or (answer.content_length or 0) < SHORTEST:
        return answer
    answer.vary.add("Accept-Encoding")
    wanted = coding(request.headers.get("Accept-Encoding", ""))
    if wanted != "identity":
        answer.set_data(packed(answer.get_data(), wanted))
        answer.content_encoding = wanted
    return answer
