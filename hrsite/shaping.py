"""The form every form of ours is made from: a field gets the kind of thing it asks for."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import SUBMIT_METHODS
from werkzeug.datastructures import MultiDict
from wtforms import FileField


class Form(FlaskForm):
    """Text for text fields, files for file fields, and nothing that is no form.

    Flask-WTF mixes files into the text fields of the same name and reads JSON as if it were a
    form: a stranger could then send a file or a number where every filter expects words.
    """

    class Meta(FlaskForm.Meta):
        """How WTForms comes by what was sent."""

        def wrap_formdata(self, form: FlaskForm, formdata: Any) -> Any:
            """What came for this form, or what the caller kept of one; None when nothing was."""
            if isinstance(formdata, MultiDict):
                return formdata or None
            if formdata is None or request.method not in SUBMIT_METHODS:
                return None
            given: MultiDict[str, Any] = MultiDict(request.form)
            for field in form:
                if isinstance(field, FileField):
                    given.setlist(field.name, request.files.getlist(field.name))
            return given or None
