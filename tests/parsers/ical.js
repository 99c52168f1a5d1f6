// Reads a calendar file from standard input with ical.js, and prints what it found as JSON.
const ICAL = require("ical.js");
const words = require("fs").readFileSync(0, "utf8");
const calendar = new ICAL.Component(ICAL.parse(words));
const found = calendar.getAllSubcomponents("vevent").map(component => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    sequence: event.sequence,
    starts: event.startDate.toUnixTime(),
    ends: event.endDate.toUnixTime(),
    title: event.summary,
    place: event.location || "",
    status: component.getFirstPropertyValue("status"),
  };
});
process.stdout.write(JSON.stringify({ method: calendar.getFirstPropertyValue("method"), found }));
