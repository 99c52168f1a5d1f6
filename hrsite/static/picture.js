// The picture of the site follows what she types. Without this script, "Look at it" does.
const QUIET = 600, SHOWN = ["site_name", "tagline", "coach_name", "accent"];
const form = document.getElementById("site-form"), picture = document.getElementById("picture");
let timer = 0, shown = "";

function address() {
  const said = new URLSearchParams();
  for (const name of SHOWN) said.set(name, form.elements[name].value);
  if (form.elements.usual_accent?.checked) said.set("accent", "#80301a");
  return `${picture.dataset.look}?${said}`;
}

// The place in the frame's history is taken over, so that Back still leaves the page.
function look() {
  const next = address();
  if (next === shown) return;
  shown = next;
  picture.contentWindow.location.replace(next);
}

function plan() {
  clearTimeout(timer);
  timer = setTimeout(look, QUIET);
}

shown = address();
form.addEventListener("input", plan);
form.addEventListener("change", plan);
document.getElementById("look").addEventListener("click", (press) => {
  press.preventDefault();
  shown = "";
  look();
});
