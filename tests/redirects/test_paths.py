"""What people type as an address: read kindly, refused in words, and never another site."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.redirects.paths import BadPath, folded, new_path, old_path

OURS = "https://example.org"


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("/post/old-title", "/post/old-title"),
        ("post/old-title", "/post/old-title"),
        ("  /Post/Old-Title/  ", "/post/old-title"),
        ("/blog//post/x?utm=1#end", "/blog/post/x"),
        ("https://www.old-site.example/post/x?y=1", "/post/x"),
        ("HTTP://old.example/post/x", "/post/x"),
        ("/post/caf%C3%A9", "/post/café"),
        ("/post/cafe\u0301", "/post/café"),
        ("/post/100%25-sure", "/post/100%-sure"),
        ("/post/a b", "/post/a b"),
        ("/post/STRASSE", "/post/strasse"),
        ("/p/人-门", "/p/人-门"),
    ],
)
def test_an_old_address_is_read_however_it_is_written(typed: str, path: str) -> None:
    assert old_path(typed) == path


@pytest.mark.parametrize(
    "typed",
    [
        "", "   ", "/", "https://old.example", "https://old.example/", "?p=12", "#x", "/desk",
        "/Desk/posts", "/static/site.css", "/media/x.webp", "/unsubscribe/x", "/a/../b",
        "/%2e%2e/x",
        "/a\\b", "/%00", "/a%0d%0aSet-Cookie: x", "/\u202egro", "/%ff%fe", "/" + "a" * 501,
        "https://[broken/x",
    ],
)  # fmt: skip
def test_what_can_be_no_old_address_is_refused_in_words(typed: str) -> None:
    with pytest.raises(BadPath, match=r"^[A-Z].+\.$"):
        old_path(typed)


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("/posts/kept", "/posts/kept"),
        ("posts/kept", "/posts/kept"),
        ("https://example.org/posts/kept", "/posts/kept"),
        ("HTTPS://Example.org/posts/", "/posts/"),
        ("https://example.org", "/"),
        ("/", "/"),
        ("/posts//kept", "/posts/kept"),
    ],
)
def test_a_new_address_is_a_page_here(typed: str, path: str) -> None:
    assert new_path(typed, OURS) == path


@pytest.mark.parametrize(
    "typed",
    [
        "https://evil.example/posts/kept", "https://example.org.evil.example/x", "//evil.example",
        "/\\evil.example", "\\\\evil.example", "https://example.org@evil.example/",
        "http:evil.example",
        "javascript:alert(1)", "mailto:x@example.org", "/desk/", "/DESK/posts", "/x?next=//evil",
        "/x#part", "https://example.orgevil/", "///evil.example/..", "/%5cevil.example",
        "https:///evil.example", "",
    ],
)  # fmt: skip
def test_no_new_address_leads_off_the_site_or_to_the_desk(typed: str) -> None:
    with pytest.raises(BadPath, match=r"^[A-Z].+\.$"):
        new_path(typed, OURS)


@given(st.text(max_size=60))
def test_whatever_is_typed_becomes_one_path_or_words(typed: str) -> None:
    for read in (old_path, lambda text: new_path(text, OURS)):
        try:
            path = read(typed)
        except BadPath:
            continue
        assert path.startswith("/")
        assert not path.startswith(("//", "/\\"))
        assert not set(path) & {"\r", "\n", "\x00", "?"} - set(typed)
        assert folded(folded(path)) == folded(path)
