"""The shape of what the coach sends about her site."""

import re
from typing import Any

from environs import ValidationError as RuleBroken
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    ColorField,
    DateField,
    HiddenField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, StopValidation, ValidationError

from hrsite import addresses, clock, colours, setting_rules
from hrsite.posts.boxes import one_line, paragraphs
from hrsite.posts.timing import EARLIEST_YEAR
from hrsite.settings import dialling
from hrsite.settings.helping import LineWords
from hrsite.settings.models import Way
from hrsite.shaping import Form
from hrsite.zones import AnyZone

# The colour of small marks in site.css, by day.
USUAL_ACCENT = "#80301a"
LINK_WORDS = (
    "Begin the link with https:// (or mailto:, tel: or sms:), or with / for a page of this site."
)


def short(most: int) -> Length:
    """At most so many characters, and the words when there are more."""
    return Length(max=most, message=f"This can have {most} characters at most.")


class Named:
    """A name that can be seen: letters or digits, and not only what takes no room on a page."""

    field_flags = {"required": True}

    def __init__(self, missing: str) -> None:
        self.missing = missing

    def __call__(self, form: Any, field: Any) -> None:
        """Raise StopValidation: nothing more is asked of a name that is not there."""
        if not re.search(r"\w", field.data or ""):
            raise StopValidation(self.missing)


def good_link(form: Any, field: Any) -> None:
    """Where a link may lead: never to a script."""
    try:
        setting_rules.link(field.data or "")
    except RuleBroken:
        raise ValidationError(LINK_WORDS) from None


def maybe_named(form: Any, field: Any) -> None:
    """A name that can be seen, where one is given at all."""
    if field.data and not re.search(r"\w", field.data):
        raise ValidationError("Write a name with letters, or leave this empty.")


def lines(text: str | None) -> str | None:
    """Text of a few lines, without blanks around it."""
    tidy = paragraphs(text)
    return tidy and "\n".join(line.strip() for line in tidy.strip().splitlines())


def lower(text: str | None) -> str | None:
    """A colour as we write it."""
    return text and text.strip().lower()


class SiteForm(Form):
    """What the coach says of her site."""

    site_name = StringField(
        filters=[one_line],
        validators=[Named("Your site needs a name."), short(80)],
    )
    tagline = StringField(filters=[one_line], validators=[short(160)])
    coach_name = StringField(
        filters=[one_line],
        validators=[Named("Readers want to know who writes. Give a name."), short(80)],
    )
    about_line = TextAreaField(filters=[one_line], validators=[short(300)])
    portrait = FileField()
    portrait_alt = StringField(filters=[one_line], validators=[short(500)])
    remove_portrait = BooleanField()
    book_words = StringField(filters=[one_line], validators=[short(40)])
    book_url = StringField(filters=[one_line], validators=[short(500), good_link])
    book_text = TextAreaField(filters=[lines], validators=[short(600)])
    exit_is_shown = BooleanField()
    exit_url = StringField(filters=[one_line], validators=[short(500), good_link])
    views_are_shown = BooleanField()
    cards_name_articles = BooleanField()
    accent = ColorField(filters=[lower])
    usual_accent = BooleanField()
    # The colour that was offered in place of one that is too pale, when she takes it.
    take_nearest = StringField(filters=[lower])
    time_zone = StringField(filters=[one_line], validators=[AnyZone()])
    # The zone in which she has seen what is planned written out.
    zone_seen = HiddenField()
    postal_address = TextAreaField(filters=[lines], validators=[short(300)])
    reply_to = StringField(filters=[one_line])
    discreet_name = StringField(filters=[one_line], validators=[short(40), maybe_named])
    version = HiddenField()
    nearest_accent = ""

    def validate_exit_url(self, field: Any) -> None:
        """A way out needs a place to lead to, and not one on this site."""
        if self.exit_is_shown.data and not field.data:
            raise ValidationError(
                "Say where “Leave this site” leads, such as https://www.wikipedia.org/"
            )
        try:
            setting_rules.elsewhere(field.data or "")
        except RuleBroken:
            raise ValidationError(
                "“Leave this site” must lead elsewhere: begin with https://"
            ) from None

    def validate_reply_to(self, field: Any) -> None:
        """An address that letters can be answered to, or none: then the sender gets them."""
        if not field.data:
            return
        try:
            field.data = addresses.check(field.data).wire
        except addresses.BadAddress as trouble:
            raise ValidationError(str(trouble)) from None

    def validate_accent(self, field: Any) -> None:
        """A colour that can be read on every light page; for dark ones a lighter one is made."""
        field.data = self.take_nearest.data or field.data
        if self.usual_accent.data or not field.data:
            return
        if not colours.is_colour(field.data):
            raise ValidationError("A colour is written like this: #80301a")
        nearest = colours.by_day(field.data)
        if nearest != field.data:
            self.nearest_accent = nearest
            raise ValidationError(
                f"This colour is too pale to read on a page. The nearest that works is {nearest}."
            )

    def chosen_accent(self) -> str | None:
        """A colour of her own; None for the usual one."""
        is_usual = self.usual_accent.data or self.accent.data == USUAL_ACCENT
        return None if is_usual else self.accent.data or None

    def validate_book_text(self, field: Any) -> None:
        """One way to book, so that nobody has to choose."""
        if field.data and self.book_url.data:
            raise ValidationError("Give a link or words, not both. Empty one of the two.")


class HelpLineForm(Form):
    """A line of who helps right now."""

    who = StringField(
        filters=[one_line],
        validators=[Named("Say who answers, such as “Poison information”."), short(80)],
    )
    number = StringField(filters=[one_line], validators=[short(dialling.LONGEST)])
    way = RadioField(
        choices=[
            SelectChoice(Way.CALL, "Call"),
            SelectChoice(Way.TEXT, "Text"),
            SelectChoice(Way.BOTH, "Call or text"),
        ],
        default=Way.CALL.value,
        validators=[DataRequired("Choose how to reach them.")],
    )
    url = StringField(filters=[one_line], validators=[short(500), good_link])
    hours = StringField(filters=[one_line], validators=[short(80)])
    checked_on = DateField(
        validators=[DataRequired("Say when you last made sure of it, such as 2026-06-30.")]
    )
    version = HiddenField()

    def validate_number(self, field: Any) -> None:
        """A number that a phone can dial, or none at all beside a link."""
        if not field.data:
            if not self.url.data:
                raise ValidationError("Give a number or a link, so that readers can reach them.")
            return
        try:
            dialling.dialled(field.data)
        except dialling.BadNumber as trouble:
            raise ValidationError(str(trouble)) from None
        field.data = dialling.tidy(field.data)

    def validate_checked_on(self, field: Any) -> None:
        """A day that has been."""
        if field.data.year < EARLIEST_YEAR or field.data > clock.local(clock.now()).date():
            raise ValidationError(
                "This day is not right. It is the day you last made sure, or today."
            )

    def said(self) -> LineWords:
        """The line, for the job that keeps it."""
        return LineWords(
            who=self.who.data or "",
            number=self.number.data or "",
            way=Way(self.way.data),
            url=self.url.data or "",
            hours=self.hours.data or "",
            checked_on=self.checked_on.data,
        )
