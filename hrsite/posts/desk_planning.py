"""What the coach may choose on the publish page, and what her choice will do to an article."""

from dataclasses import dataclass, replace
from datetime import datetime

from wtforms.fields.choices import SelectChoice

from hrsite import clock, furniture
from hrsite.extensions import db
from hrsite.newsletter import holding
from hrsite.newsletter.audience import AudienceCounts, counts
from hrsite.newsletter.models import Issue, Topic
from hrsite.posts import moments, publishing, sentences
from hrsite.posts.forms import EMAIL, ONLY, SITE, PublishForm
from hrsite.posts.models import Post
from hrsite.posts.reviewing import Seen
from hrsite.posts.timing import far_off


@dataclass(frozen=True)
class Plan:
    """What the coach has chosen."""

    how: str
    at: datetime | None  # None: now.
    which: str = ""  # Of a time that comes twice that night: first or second.

    @property
    def with_email(self) -> bool:
        """Does it go to readers by this?"""
        return self.how != SITE

    def is_done(self, post: Post, now: datetime) -> bool:
        """Was just this done already, by a first press of the same button?"""
        if post.has_missed_its_hour:  # Any choice is an answer to that.
            return False
        if self.how == ONLY:
            is_at = post.is_unlisted(now) if self.at is None else post.unlisted_at == self.at
            return post.is_email_only and post.send_to_readers and is_at
        if post.published_at is None:
            return False
        # What went out by email only stays marked as sent when it goes on the site.
        keeps_its_letter = post.unlisted_at is not None and self.how == SITE
        if self.with_email != post.send_to_readers and not keeps_its_letter:
            return False
        if self.at is None:
            is_later = self.with_email and post.has_letter_ahead(now)
            return post.is_published(now) and not is_later
        return self.at == (post.send_at if self.with_email else post.published_at)

    def do(self, post: Post, now: datetime) -> None:
        """Let it happen. Raises what `publishing` raises."""
        if self.how == ONLY:
            publishing.email_only(post, self.at, now)
        else:
            publishing.publish(post, self.at, self.with_email, now)

    def seen(self, post: Post, now: datetime) -> Seen:
        """What she sees of it now. Of readers she is told when it goes to them."""
        when = furniture.moment(self.at) if self.at else ""
        seen = Seen(post.press_count, post.version, post.title, standing(post, now), when)
        if not self.with_email:
            return seen
        audience = counts(db.session(), Topic.ARTICLES, now)
        return replace(seen, ready=audience.ready, left_out=_left_out(audience))

    def sentence(self, post: Post, seen: Seen, now: datetime) -> str:
        """What pressing the button will do, in words."""
        return sentences.review(
            when=f"{seen.when} ({far_off(self.at, now)})" if self.at else None,
            with_email=self.with_email,
            is_on_site=post.is_published(now),
            is_email_only=self.how == ONLY,
            was_mailed=post.was_mailed_unlisted(now),
            ready_count=seen.ready,
            left_out=seen.left_out,
            which=self.which,
        )

    def button(self, post: Post, seen: Seen, now: datetime) -> str:
        """The act once more, for the button that does it."""
        readers = f"{seen.ready:,} {'reader' if seen.ready == 1 else 'readers'}"
        act = "Schedule" if self.at else "Publish"
        if self.how == SITE:
            if post.is_published(now):
                return "Call its email off"
            return "Schedule for the site" if self.at else "Publish on the site"
        if self.how == ONLY or post.is_published(now):
            return f"Schedule the email to {readers}" if self.at else f"Email it to {readers}"
        return f"{act} and send to {readers}"


def read(form: PublishForm, now: datetime) -> Plan | None:
    """What the form asks for; None when it cannot be, with the reason at its box."""
    if not form.validate():
        return None
    moment = moments.chosen(form, now)
    return moment and Plan(form.how.data or EMAIL, moment.at, moment.which)


def refusal(plan: Plan, post: Post, issue: Issue | None, now: datetime) -> str:
    """Why this cannot be, for the coach to read; empty when it can."""
    if plan.with_email and issue is not None:
        if not holding.has_reached(db.session(), issue):
            return holding.NOBODY_SO_FAR
        day = furniture.day(issue.created_at)
        return f"Readers got this by email on {day}. It cannot go to them again."
    if plan.how == ONLY and post.is_published(now):
        return "It is on the site already. To send it by email only, take it off the site first."
    if plan.how == SITE and post.is_published(now):
        is_asked = post.send_to_readers or post.has_missed_its_hour
        if issue is not None or not is_asked:
            return "It is on the site already. There is nothing to put there, now or later."
        if plan.at is not None:
            return "Its email is called off at once. Choose now."
    return ""


def standing(post: Post, now: datetime) -> str:
    """How it stands: a draft, on the site, in which plan."""
    if post.out_at is None:
        return "a draft"
    if post.is_email_only:
        is_out = post.was_mailed_unlisted(now)
        when = "" if is_out else f" on {furniture.moment(post.out_at)}"
        return f"{'out' if is_out else 'planned'} by email only{when}"
    place = "on the site" if post.is_published(now) else ""
    place = place or f"planned for {furniture.moment(post.out_at)}"
    if not post.send_to_readers or post.send_at is None:
        return place
    later = f", {furniture.moment(post.send_at)}" if post.send_at > now else ""
    return f"{place} and in the plan for readers{later}"


def fill(form: PublishForm, post: Post, now: datetime) -> None:
    """The choice as it stands: a scheduled article keeps its plan in the boxes."""
    if post.is_email_only:
        is_out = post.was_mailed_unlisted(now)
        form.how.data = SITE if is_out else ONLY
    elif post.published_at is not None:
        form.how.data = EMAIL if post.send_to_readers or post.is_published(now) else SITE
    at = post.send_at if post.has_letter_ahead(now) else post.out_at
    if at is not None and at > now:
        local = clock.local(at)
        form.when.data, form.date.data, form.time.data = "later", local.date(), local.time()
        form.which.data = "second" if local.fold else "first"


def offer(form: PublishForm, post: Post, issue: Issue | None, now: datetime) -> None:
    """Leave of the choices those that can be, in words that fit the article."""
    if post.is_published(now):
        offered = [SelectChoice(EMAIL, "Email it to readers")]
        if post.send_to_readers or post.has_missed_its_hour:
            offered.append(SelectChoice(SITE, "Leave it on the site, without email"))
        form.how.choices = offered
    elif issue is not None:  # Its letter is made, and there is no second one.
        where = "on the site too" if post.is_unlisted(now) else "on the site"
        form.how.choices = [SelectChoice(SITE, f"Put it {where}. Nobody gets it twice")]
        form.how.data = SITE


def _left_out(audience: AudienceCounts) -> sentences.LeftOut:
    return sentences.LeftOut(
        audience.weekly, audience.monthly, audience.paused, audience.unconfirmed, audience.blocked
    )
