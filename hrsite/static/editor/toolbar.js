// The buttons above the text: one Tab stop, arrow keys among them (WAI-ARIA toolbar pattern).
export function toolbar(bar, editor, deeds) {
  const buttons = [...bar.querySelectorAll("button")];
  const deed = (button) => deeds[button.dataset.do];
  const isOff = (button) => deed(button).can && !deed(button).can();

  function moveTo(button) {
    for (const one of buttons) one.tabIndex = one === button ? 0 : -1;
    button.focus();
  }

  function refresh() {
    for (const button of buttons) {
      const { is, can } = deed(button);
      if (is) button.setAttribute("aria-pressed", String(is()));
      // Not `disabled`: the focus would be lost with it.
      if (can) button.setAttribute("aria-disabled", String(!can()));
    }
  }

  buttons.forEach((button, place) => { button.tabIndex = place ? -1 : 0; });
  // A press leaves the caret, and a phone's keyboard, where they are.
  bar.addEventListener("mousedown", (event) => event.preventDefault());
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    for (const one of buttons) one.tabIndex = one === button ? 0 : -1;
    if (!isOff(button)) deed(button).do();
  });
  bar.addEventListener("keydown", (event) => {
    const last = buttons.length - 1, at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at < last ? at + 1 : 0, ArrowLeft: at ? at - 1 : last, Home: 0, End: last }[event.key];
    if (to !== undefined) moveTo(buttons[to]);
    else if (event.key === "Escape") editor.view.focus();
    else return;
    event.preventDefault();
  });
  editor.on("transaction", refresh);
  refresh();
  return () => moveTo(buttons.find((one) => one.tabIndex === 0));
}
