// What axe does not measure, of the page that is open: each fault in words.
() => {
  const LEAST = 44, LEAST_LINE = 24, root = document.documentElement, faults = [];
  const over = root.scrollWidth - root.clientWidth;
  if (over > 0) faults.push(`scrolls sideways by ${over}px`);

  // The place a press reaches: a tick has its label, a card's link covers the card.
  const place = (one) => {
    const cover = getComputedStyle(one, "::after");
    if (cover.position === "absolute" && cover.inset === "0px") return one.closest(".card, .lead, .elsewhere, li");
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

  // Text on its ground, 7:1 and for large text 4.5:1 (WCAG 1.4.6), measured as 1.4.3 defines it.
  const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => colour.slice(0, 3)
    .map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.backgroundColor = "Canvas";
  const canvas = parts(getComputedStyle(probe).backgroundColor);
  probe.remove();
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const colour = parts(getComputedStyle(one).backgroundColor);
      if (colour[3] === undefined || colour[3] === 1) return colour;
    }
    return canvas;
  };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (words.nextNode()) {
    const one = words.currentNode.parentElement;
    if (seen.has(one) || !words.currentNode.data.trim() || !one.checkVisibility()) continue;
    seen.add(one);
    const style = getComputedStyle(one), size = parseFloat(style.fontSize);
    if (one.closest("svg, :disabled, .quiet-text, .aside, .skip")) continue;
    const [more, less] = [light(parts(style.color)), light(ground(one))].sort((a, b) => b - a);
    const ratio = (more + 0.05) / (less + 0.05);
    const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (ratio < (isLarge ? 4.5 : 7)) faults.push(`${ratio.toFixed(1)}:1 "${one.textContent.trim().slice(0, 50)}"`);
  }
  return faults;
}
