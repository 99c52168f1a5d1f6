"""The shape of what the coach sends about a page."""

from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from hrsite.posts.boxes import LONGEST_BODY, one_line, paragraphs
from hrsite.shaping import Form


class PageForm(Form):
    """A page as it is written."""

    title = StringField(
        filters=[one_line],
        validators=[
            DataRequired("Give it a title first. Your words are still here."),
            Length(max=200, message="The title can have 200 characters at most."),
        ],
    )
    body = TextAreaField(
        filters=[paragraphs],
        validators=[
            Length(max=LONGEST_BODY, message="The text can have 400,000 characters at most.")
        ],
    )
    version = HiddenField()
