"""The shape of what the coach sends about old addresses."""

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from hrsite.shaping import Form
from hrsite.texts.markup import tidy_text

LONGEST_TYPED = 2_000


def _one_line(text: str | None) -> str | None:
    return None if text is None else " ".join(tidy_text(text).split())


def _lines(text: str | None) -> str | None:
    return None if text is None else tidy_text(text)


class RedirectForm(Form):
    """One old address, and the page it leads to."""

    old = StringField(
        filters=[_one_line],
        validators=[DataRequired("Give the old address."), Length(max=LONGEST_TYPED)],
    )
    new = StringField(
        filters=[_one_line],
        validators=[DataRequired("Give the page it leads to."), Length(max=LONGEST_TYPED)],
    )


class PasteForm(Form):
    """Many at once."""

    lines = TextAreaField(
        filters=[_lines],
        validators=[
            DataRequired("Paste the old and the new addresses, a line for each pair."),
            Length(max=1_000_000, message="That is too much at once. Paste it in parts."),
        ],
    )
