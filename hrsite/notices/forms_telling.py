"""The shape of what the coach sends about a notice's letters, reminders and calendars."""

from wtforms import BooleanField, HiddenField

from hrsite.posts.moments import WhenForm
from hrsite.shaping import Form


class LetterForm(WhenForm):
    """When its first letter goes out."""

    # What the review showed. If that has changed, the button shows it again.
    seen = HiddenField()


class SharingForm(Form):
    """What calendars say of it, and whether reminders go."""

    tells_in_calendar = BooleanField()
    sends_reminders = BooleanField()
