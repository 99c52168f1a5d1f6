"""The shape of what the coach sends about a page."""

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from hrsite.posts.boxes import LONGEST_BODY, WritingForm, one_line, paragraphs
from hrsite.shaping import Form


class PageForm(WritingForm):
    """A page as it is written."""

    hinted = {"title": "in the title", "body": "", "menu_name": "in its short name"}

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
    menu_name = StringField(
        filters=[one_line],
        validators=[Length(max=40, message="In the menu it can have 40 characters at most.")],
    )
    is_in_menu = BooleanField()
    # Empty: after the title.
    address = StringField(
        filters=[one_line],
        validators=[Length(max=120, message="The address is too long.")],
    )
    version = HiddenField()
    # Names this opening of the form: what was kept of it, and the one thing it makes.
    key = HiddenField()


class PictureWordsForm(Form):
    """What a picture shows. How long the words may be is for `storing` to say."""

    alt = StringField(filters=[one_line])
    decorative = BooleanField()


class PictureFileForm(Form):
    """Another file for a picture."""

    file = FileField()


class PictureDeleteForm(Form):
    """Yes, it goes: from the places that stood on the page."""

    seen = HiddenField()
