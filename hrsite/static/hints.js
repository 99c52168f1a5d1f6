// Looks at the words again while she writes, by the button "Look again", which stands there without this script.
const QUIET = 2500;
const form = document.getElementById("writing-form"), panel = document.getElementById("hints");
let timer = 0, asked = 0;

async function look() {
  const mine = ++asked, sent = new FormData();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") sent.append(name, value);
  sent.append("act", "hints");
  try {
    const answer = await fetch(location.href, { method: "POST", body: sent, redirect: "manual" });
    // An older answer, or a button of the list that somebody is about to press: leave it alone.
    if (!answer.ok || mine !== asked) return;
    const told = document.getElementById("hints-told");
    if (told.contains(document.activeElement)) return plan();
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("hints-told");
    if (fresh && fresh.innerHTML !== told.innerHTML) told.replaceWith(fresh);
  } catch { /* No connection: what was said stands, and the form says the rest. */ }
}

function plan() {
  clearTimeout(timer);
  timer = setTimeout(look, QUIET);
}

panel.classList.add("live");
form.addEventListener("input", plan);
form.addEventListener("change", plan);
