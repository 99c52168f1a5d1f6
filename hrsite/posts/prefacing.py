"""What stands before an article's words, wherever they are read: its note, and its age."""

from datetime import datetime

from markupsafe import Markup

from hrsite import furniture
from hrsite.posts.aging import is_from_a_day
from hrsite.posts.listing import AnyPost
from hrsite.posts.models import Post


def age(post: AnyPost, now: datetime) -> str:
    """What is said of an article past its date; empty for all others."""
    if not post.is_past_its_date(now) or post.out_at is None:
        return ""
    told = furniture.day if is_from_a_day(post) else furniture.month
    return f"This is from {told(post.out_at)}. Things may have changed."


def preface(post: Post, now: datetime) -> Markup:
    """The same for a feed, where nothing of our pages is around the words."""
    told = Markup("")
    if words := age(post, now):
        told += Markup("<p><strong>{}</strong></p>").format(words)
    if post.content_note:
        told += Markup("<p><strong>Before you read:</strong> {}</p>").format(post.content_note)
    return told
