"""The desk's side of the newsletter: counts of readers, and how each Issue went."""

from flask import Blueprint

from hrsite.accounts import guard
from hrsite.newsletter import (
    desk_adding,
    desk_asking,
    desk_bringing,
    desk_held,
    desk_issues,
    desk_subscribers,
    desk_taking_out,
    desk_uncertain,
    desk_welcome,
)
from hrsite.newsletter.desk_words import LISTED

blueprint = Blueprint("newsletter_desk", __name__, url_prefix="/desk")
blueprint.before_request(guard.require_coach)
# The largest number PostgreSQL can look for (a larger one would be an error, not a missing page).
ISSUE = "/issues/<int(max=2147483647):issue_id>"
blueprint.add_url_rule("/issues", "issue_list", desk_issues.issue_list)
blueprint.add_url_rule(ISSUE, "issue", desk_issues.issue)
blueprint.add_url_rule(
    f"{ISSUE}/people/<any({', '.join(LISTED)}):state>", "issue_people", desk_issues.issue_people
)
for name, deed in (
    ("stop", desk_issues.stop),
    ("resume", desk_issues.resume),
    ("reschedule", desk_held.reschedule),
    ("drop", desk_held.drop),
    ("issue_again", desk_uncertain.issue_again),
    ("issue_leave", desk_uncertain.issue_leave),
):
    path = f"{ISSUE}/{name.removeprefix('issue_')}"
    blueprint.add_url_rule(path, name, deed, methods=["POST"])

BOTH = ["GET", "POST"]
blueprint.add_url_rule("/welcome", "welcome", desk_welcome.welcome, methods=BOTH)
PEOPLE = "/subscribers"
blueprint.add_url_rule(PEOPLE, "subscribers", desk_subscribers.subscribers, methods=BOTH)
blueprint.add_url_rule(f"{PEOPLE}/add", "subscribers_add", desk_adding.add, methods=BOTH)
blueprint.add_url_rule(f"{PEOPLE}/file", "subscribers_file", desk_taking_out.take_out, methods=BOTH)
blueprint.add_url_rule(
    f"{PEOPLE}/waiting", "requests_waiting", desk_asking.requests_waiting, methods=BOTH
)
LIST = f"{PEOPLE}/lists/<int(max=2147483647):list_id>"
blueprint.add_url_rule(f"{PEOPLE}/lists", "subscribers_lists", desk_bringing.lists, methods=BOTH)
blueprint.add_url_rule(LIST, "subscribers_list", desk_bringing.one_list)
for name, act in (
    ("start", desk_bringing.start),
    ("undo", desk_bringing.undo),
    ("forget", desk_bringing.forget),
):
    blueprint.add_url_rule(f"{LIST}/{name}", f"subscribers_list_{name}", act, methods=["POST"])
