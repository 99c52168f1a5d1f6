// The Issue page looks again by itself while mail goes out. Without this script it reloads.
const EVERY = 4000, LONGEST = 60000, SAY_EVERY = 30000;
const told = document.getElementById("told"), away = document.getElementById("away");
let pause = EVERY, timer = 0;

const progress = () => document.getElementById("progress");
const sentence = () => progress().querySelector(".sentence").textContent;
// Why nothing goes out, when nothing does.
const trouble = () => [...document.querySelectorAll("#worker strong, #held strong")].map(one => one.textContent.trim()).join(" ");
let said = sentence(), saidAt = Date.now();

// For whoever listens instead of looking: a change of what goes on at once, numbers now and then.
function say(isNews, words = sentence()) {
  if (!isNews && (words === said || Date.now() - saidAt < SAY_EVERY)) return;
  told.textContent = `${trouble()} ${words}`.trim();
  said = words;
  saidAt = Date.now();
}

// What somebody is at, in what has come in its place: by its name, or by where it leads.
function again(one, fresh) {
  const alike = other => other.className === one.className && other.getAttribute("href") === one.getAttribute("href");
  return one.id ? document.getElementById(one.id) : [...fresh.querySelectorAll(one.tagName)].find(alike);
}

// Only what has changed is exchanged, so that nobody loses a selection or the place.
function renew(page) {
  const goesOn = () => [progress().dataset.moving, document.getElementById("acts").dataset.live, !!trouble()].join();
  const before = goesOn();
  for (const fresh of page.querySelectorAll("[data-live]")) {
    const old = document.getElementById(fresh.id);
    if (!old || old.dataset.live === fresh.dataset.live) {
      if (old && fresh.dataset.next) old.dataset.next = fresh.dataset.next;
      continue;
    }
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(fresh);
    if (focused) (again(focused, fresh) || document.getElementById("main")).focus({ preventScroll: true });
  }
  say(before !== goesOn());
}

async function look() {
  clearTimeout(timer);
  try {
    const answer = await fetch(progress().dataset.next, {
      redirect: "manual", headers: { "X-Looks-By-Itself": "1" }, signal: AbortSignal.timeout(20000),
    });
    if (answer.type === "opaqueredirect") return location.reload(); // Signed out: the sign-in page says so.
    if (!answer.ok) throw new Error(String(answer.status));
    renew(new DOMParser().parseFromString(await answer.text(), "text/html"));
    away.hidden = true;
    pause = EVERY;
  } catch {
    if (away.hidden) say(true, away.textContent);
    away.hidden = false;
    pause = Math.min(2 * pause, LONGEST);
  }
  plan();
}

function plan() {
  clearTimeout(timer);
  if (progress().dataset.moving && document.visibilityState === "visible") timer = setTimeout(look, pause);
}

document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" && progress().dataset.moving ? look() : plan()));
plan();
