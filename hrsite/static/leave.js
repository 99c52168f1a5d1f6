// "Leave this site": cover the page at once, then go, and leave no entry of it to come back to.
// Without this script the link is a plain link. Nothing here claims to clear the browser's own list.
{
  const PRESSES = 3;
  const WAIT = 5000; // From each press to the next, in milliseconds.
  const KEPT = ["TITLE", "STYLE", "viewport"];
  let pressed = 0;
  let alone = false; // Shift is down, and nothing else was touched since.
  let timer = 0;
  let target = "";

  const exit = () => document.querySelector("a.exit");

  function cover() {
    const said = document.createElement("p");
    said.setAttribute("role", "alert");
    // The words go, and not only out of sight: no search, printer or screen reader finds them.
    document.body.textContent = "";
    document.body.className = "covered";
    document.body.append(said);
    said.textContent = "Loading";
    document.title = new URL(target).hostname;
    for (const one of [...document.head.children]) {
      if (one.rel === "icon") one.href = one.dataset.neutral;
      else if (!KEPT.includes(one.rel || one.name || one.tagName)) one.remove();
    }
    scrollTo(0, 0);
  }

  function leave() {
    const link = exit();
    if (!link) return;
    target = link.href;
    stop(); // On a slow line, the pictures of this page must not hold up the next one.
    cover();
    // While the other site is slow, neither the address bar nor a reload shows what was read.
    history.replaceState(null, "", "/");
    location.replace(target);
  }

  function count(number) {
    const link = exit();
    const status = document.getElementById("pressed");
    pressed = number;
    clearTimeout(timer);
    if (number) timer = setTimeout(count, WAIT, 0);
    if (!link || !status) return;
    link.dataset.pressed = number;
    status.textContent = ["", status.dataset.one, status.dataset.two][number];
  }

  addEventListener("keydown", (event) => {
    if (event.key === "Shift" && event.repeat) return;
    const others = event.ctrlKey || event.altKey || event.metaKey || event.isComposing;
    alone = event.key === "Shift" && !others;
    if (!alone && pressed) count(0);
  }, true);

  addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    if (pressed + 1 < PRESSES) count(pressed + 1);
    else leave();
  }, true);

  // Shift with a click marks text, or opens a window.
  addEventListener("pointerdown", () => { alone = false; }, true);

  // However the link is pressed: a new tab would leave this page standing in the old one.
  function taken(event) {
    const link = event.target.closest && event.target.closest("a.exit");
    if (!link || event.button > 1) return;
    event.preventDefault();
    leave();
  }
  addEventListener("click", taken, true);
  addEventListener("auxclick", taken, true);

  // The browser kept the covered page and was asked for it again: it goes on as it did.
  addEventListener("pageshow", (event) => {
    if (event.persisted && target) location.replace(target);
  });
}
