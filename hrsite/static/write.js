// Keeps what stands in the writing form: in this browser at once, on the server every few seconds.
// A copy leaves the browser only when the server has it. Without this script, the buttons save.
const QUIET = 1500, LATEST = 8000, AGAIN = 10000, PATIENCE = 15000;
const form = document.getElementById("writing-form"), told = document.getElementById("kept");
const PLACE = `hrsite-words ${told.dataset.keep}`;
// Where she goes on when a note above the form is answered.
const first = form.elements.namedItem("title") ?? form.querySelector("input[type=checkbox]");
let timer = 0, dirtySince = 0, kept = "", sending = null, leaves = false, stop = new AbortController();

const boxes = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "csrf_token");
const words = () => JSON.stringify(boxes().filter(([name]) => name !== "version" && name !== "key"));
const say = (text) => { if (told.textContent !== text) told.textContent = text; };

// The editor's text comes back from the server tidied: without spaces at the ends, and empty paragraphs.
const bare = (text) => text.includes('["body_format","html"]') ? text.replace(/\s+|&nbsp;/g, " ").replace(/ ?(<[^>]*>) ?/g, "$1").replace(/<(p|figcaption)><\/\1>/g, "") : text;

// A browser may refuse to store anything: then the server alone has the words.
const stored = (deed) => { try { return deed(localStorage); } catch { return null; } };
const remember = () => stored((it) => it.setItem(PLACE, JSON.stringify({ at: Date.now(), boxes: boxes() })));
const forget = () => stored((it) => it.removeItem(PLACE));

async function keep() {
  clearTimeout(timer);
  if (leaves) return false;
  if (sending) await sending;
  const now = words();
  if (now === kept) return true;
  const sent = new FormData();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") sent.append(name, value);
  sending = fetch(told.dataset.keep, { method: "POST", body: sent, redirect: "manual", signal: AbortSignal.any([stop.signal, AbortSignal.timeout(PATIENCE)]) })
    .then(async (answer) => {
      if (answer.status === 422) return (say((await answer.json()).trouble), false);
      if (!answer.ok) return (say(answer.status >= 500 ? told.dataset.offline : told.dataset.signedOut), false);
      kept = now;
      if (words() === now) { forget(); dirtySince = 0; }
      say(`${told.dataset.at} ${(await answer.json()).kept_at}, ${told.dataset.notSaved}`);
      return true;
    })
    .catch(() => (say(told.dataset.offline), false));
  const done = await sending;
  sending = null;
  if (!done) timer = setTimeout(keep, AGAIN);
  return done;
}

function changed() {
  if (words() === kept) return;
  remember();
  dirtySince ||= Date.now();
  clearTimeout(timer);
  timer = setTimeout(keep, Math.max(0, Math.min(QUIET, dirtySince + LATEST - Date.now())));
}

// Was the form that the copy is of saved after all, within the moment before the server was told?
function wasSaved(key) {
  const sent = new FormData();
  for (const [name, value] of [["csrf_token", form.elements.namedItem("csrf_token").value], ["key", key], ["asks", "yes"]]) sent.append(name, value);
  return fetch(told.dataset.keep, { method: "POST", body: sent, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) })
    .then((answer) => (answer.ok ? answer.json() : {})).then((said) => said.is_saved === true).catch(() => false);
}

async function offer() {
  const copy = stored((it) => JSON.parse(it.getItem(PLACE) || "null"));
  if (!copy || !Array.isArray(copy.boxes)) return;
  const note = document.getElementById("from-browser");
  const of = JSON.stringify(copy.boxes.filter(([name]) => name !== "version" && name !== "key"));
  if (bare(of) === bare(kept)) { note.hidden = true; return forget(); }
  const key = copy.boxes.find(([name]) => name === "key")?.[1];
  if (key && key !== form.elements.namedItem("key").value && await wasSaved(key)) return dirtySince || forget();
  note.hidden = false;
  document.getElementById("from-browser-when").textContent = new Date(copy.at).toLocaleString(document.documentElement.lang);
  document.getElementById("take-them").onclick = () => {
    for (const box of form.elements) if (box.type === "checkbox") box.checked = copy.boxes.some(([name]) => name === box.name);
    for (const [name, value] of copy.boxes) {
      const box = form.elements.namedItem(name);
      if (!box || name === "version" || name === "key" || name === "act") continue;
      if (box instanceof RadioNodeList) box.value = value;
      else if (box.type !== "file" && box.type !== "checkbox") box.value = value;
    }
    note.hidden = true;
    form.dispatchEvent(new Event("words-put-back"));
    first.focus();
    changed();
  };
  document.getElementById("drop-them").onclick = () => { forget(); note.hidden = true; first.focus(); };
}

kept = words();
offer();
// The form came back with words in it that were not saved: they are new to the server.
if (told.dataset.news) { kept = ""; changed(); }
// The editor has taken the place of the box: the same words, written in another way.
form.addEventListener("editor-ready", () => { if (!dirtySince) { kept = words(); offer(); } });
form.addEventListener("input", changed);
form.addEventListener("change", changed);
addEventListener("online", keep);
// A button saves the words: what is kept after that would look like words that are not saved.
form.addEventListener("submit", (event) => {
  if (event.submitter?.formTarget === "_blank") return;
  leaves = true;
  stop.abort();
});
addEventListener("pageshow", () => { leaves = false; stop = new AbortController(); });
// Leaving the page: the last words go along even when the tab closes.
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && words() !== kept) keep(); });
