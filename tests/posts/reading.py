"""What finding would be without any index: reading every article word by word."""

from collections.abc import Callable
from typing import Any

from hrsite.posts.models import Post
from hrsite.posts.queries import Phrase, Query, Wanted
from hrsite.posts.terms import plain, terms_of


def has(post: Post, query: Query, *, in_title: bool = False) -> bool:
    """Has it all that is wanted and nothing else that is not?"""
    return _chosen(post, query, all, in_title)


def parts_of(post: Post) -> list[list[str]]:
    """The terms of each part of an article."""
    texts = [post.title, post.summary, plain(post.body_html)]
    lists = [[term.text for term in terms_of(text, "en")] for text in texts]
    return [*lists, [t.text for tag in post.tags for t in terms_of(tag.name, "en")]]


def stands_in(phrase: Phrase, parts: list[list[str]], may_begin: bool = False) -> bool:
    size = len(phrase)
    runs = [tuple(part[i : i + size]) for part in parts for i in range(len(part) - size + 1)]
    return any(
        run == phrase or (may_begin and run[:-1] == phrase[:-1] and run[-1].startswith(phrase[-1]))
        for run in runs
    )


def is_there(wanted: Wanted, parts: list[list[str]]) -> bool:
    first, *others = wanted.phrases
    return stands_in(first, parts, wanted.may_begin) or any(stands_in(p, parts) for p in others)


def found_by_reading(posts: list[Post], query: Query) -> set[int]:
    """The numbers of what has every word; where nothing has, of what has one."""

    def chosen(enough: Callable[[Any], bool]) -> set[int]:
        return {post.id for post in posts if _chosen(post, query, enough)}

    return (chosen(all) or chosen(any)) if query.wanted else set()


def _chosen(
    post: Post, query: Query, enough: Callable[[Any], bool], in_title: bool = False
) -> bool:
    parts = parts_of(post)[:1] if in_title else parts_of(post)
    return enough(is_there(wanted, parts) for wanted in query.wanted) and not any(
        stands_in(phrase, parts) for phrase in query.unwanted
    )
