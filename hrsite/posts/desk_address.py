"""Another address for a published article; the old one leads on. `desk` puts this at its place."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hrsite import clock
from hrsite.extensions import db
from hrsite.posts import publishing
from hrsite.posts.forms import AddressForm
from hrsite.posts.models import Post
from hrsite.posts.naming import is_draft_slug


def address(id: int) -> ResponseReturnValue:
    """Show the address, or change it."""
    form, session = AddressForm(), db.session()
    post = session.get(Post, id) or abort(404)
    if is_draft_slug(post.slug):
        flash("It gets its address when you publish it: the title makes it.", "careful")
        return redirect(url_for("posts_desk.edit", id=id), 303)
    if request.method != "POST":
        form.slug.data = post.slug
        return _page(form, post)
    if not form.validate():
        return _page(form, post, status=422)
    try:
        post = publishing.hold(session, id)
        publishing.rename(session, post, form.slug.data or "", clock.now())
    except publishing.PostGone:
        abort(404)
    except publishing.SlugTaken:
        form.slug.errors = ["Another article has this address. Choose other words."]
    except publishing.NoSlug:
        form.slug.errors = ["Use letters or numbers."]
    if form.slug.errors:
        return _page(form, post, status=422)
    session.commit()
    flash("It has its new address. The old one leads there.", "done")
    return redirect(url_for("posts_desk.edit", id=id), 303)


def _page(form: AddressForm, post: Post, status: int = 200) -> ResponseReturnValue:
    return render_template("posts/desk/address.html", form=form, post=post), status
