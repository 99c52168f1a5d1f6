// What axe does not measure, of the page that is open: each fault in words.
() => {
  const LEAST = 44, LEAST_LINE = 24, root = document.documentElement, faults = [];
  const over = root.scrollWidth - root.clientWidth;
  if (over > 0) faults.push(`scrolls sideways by ${over}px`);

  // The place a press reaches: a tick has its label, a card's link covers the card.
  const place = (one) => {
    const cover = getComputedStyle(one, "::after");
    if (cover.position === "absolute" && cover.inset === "0px") return one.closest(".card, .lead, li");
    return (one.type === "checkbox" || one.type === "radio") && one.labels[0] || one;
  };
  for (const one of document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")) {
    const style = getComputedStyle(one), target = place(one), box = target.getBoundingClientRect();
    const out = box.right <= 0 || one.closest(".aside, .quiet-text") || style.visibility === "hidden";
    if (!box.width || out) continue;
    const words = (one.textContent || one.name).trim().replace(/\s+/g, " ").slice(0, 50);
    const inText = style.display === "inline" && target === one;
    if (inText && parseFloat(style.lineHeight) < LEAST_LINE) faults.push(`a line too low for "${words}"`);
    if (!inText && (box.height < LEAST - 0.5 || box.width < LEAST_LINE)) {
      faults.push(`a target of ${Math.round(box.width)} × ${Math.round(box.height)}: "${words}"`);
    }
  }
  return faults;
}
