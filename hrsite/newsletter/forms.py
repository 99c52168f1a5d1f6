"""The shape of what readers send: one address, the topics, and the two guards of a public form."""

from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from hrsite.newsletter.consent import TOPIC_LABELS
from hrsite.newsletter.models import Cadence, Topic
from hrsite.shaping import Form
from hrsite.texts.markup import tidy_text

CHOICES = [SelectChoice(topic.value, label) for topic, label in TOPIC_LABELS.items()]
NOTHING_TICKED = "Tick what you would like to get."
# Months, as the buttons say them.
PAUSES = {"1": "one month", "3": "three months"}


def _tidy(text: str | None) -> str:
    return tidy_text(text or "").strip()


class PublicForm(Form):
    """A form without a cookie, so without a CSRF token: screening.py guards it instead."""

    class Meta:
        csrf = False

    stamp = HiddenField(filters=[_tidy], validators=[Length(max=200)])
    # Off the screen and out of the Tab order: whoever fills it in is no person.
    website = StringField("Leave this empty", filters=[_tidy])
    address = StringField("Your email address", filters=[_tidy])

    def is_nothing_asked(self) -> bool:
        """Is it sent without any wish? Then its boxes say so."""
        return False


class SignupForm(PublicForm):
    """Ask for letters."""

    topics = SelectMultipleField("Letters", choices=CHOICES)

    def chosen(self) -> list[Topic]:
        """The topics that were ticked, and no others."""
        known = {topic.value for topic in Topic}
        return [Topic(word) for word in self.topics.data or [] if word in known]

    def is_nothing_asked(self) -> bool:
        """Was no topic ticked? Nobody is asked to say yes to what she has not chosen."""
        self.topics.errors = () if self.chosen() else (NOTHING_TICKED,)
        return not self.chosen()


class LinkForm(PublicForm):
    """Ask for one's own settings link again."""


class ChoiceForm(Form):
    """Change what one gets. The secret link itself is the proof; there is no cookie to forge."""

    class Meta:
        csrf = False

    topics = SelectMultipleField("Letters", choices=CHOICES)
    reminders = BooleanField("Remind me a day before a session")
    cadence = StringField("How often", filters=[_tidy])
    pause = StringField("Pause", filters=[_tidy])

    def how_often(self) -> Cadence | None:
        """What was chosen, if anything that we know."""
        known = {cadence.value for cadence in Cadence}
        return Cadence(self.cadence.data) if self.cadence.data in known else None

    def pause_months(self) -> int | None:
        """For how long, when it was a button for a pause."""
        return int(self.pause.data) if self.pause.data in PAUSES else None

    def chosen(self) -> set[Topic]:
        """The topics that were ticked."""
        known = {topic.value for topic in Topic}
        return {Topic(word) for word in self.topics.data or [] if word in known}
