// Where the reader's clock shows another time than the site's, her own stands beside it.
const inZone = (at, timeZone, parts) =>
  new Intl.DateTimeFormat(document.documentElement.lang || "en", { timeZone, ...parts }).format(at)
    // As the site writes it, whose time stands before it: 7:00 pm.
    .replace(/\s*([AP]M)$/, (_, half) => `\u00a0${half.toLowerCase()}`);
const CLOCK = { hour: "numeric", minute: "2-digit" }, DAY = { weekday: "long" };

for (const room of document.querySelectorAll(".here[data-zone]")) {
  try {
    const at = new Date(room.dataset.at), zone = room.dataset.zone;
    const [there, here] = [zone, undefined].map((one) => inZone(at, one, { ...DAY, ...CLOCK }));
    if (there === here) continue;
    const sameDay = inZone(at, zone, DAY) === inZone(at, undefined, DAY);
    room.textContent = `(${sameDay ? inZone(at, undefined, CLOCK) : here} for you)`;
  } catch {
    // An old browser that does not know the zone: the site's own time is there.
  }
}
