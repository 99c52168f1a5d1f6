// What Word, Google Docs and web pages mean by the HTML they copy. The server cleans all of it once more
// (hrsite/texts/cleaning.py and pasted.py); here it is made simple at once, also without a connection.
const NO_WORDS = /<(style|script|xml|title|svg|math|iframe|object|noscript|textarea|select|video|audio|template)\b[\s\S]*?(?:<\/\1\s*>|$)/gi;
const MARKUP_NOTES = /<!--[\s\S]*?(?:-->|$)|<[!?][^>]*>/g;
const TAG = /<([a-z][a-z0-9]*)\b((?:[^>"']|"[^"]*"|'[^']*')*)>|<[a-z][^\s>]*:[^>]*>/gi;
const ATTRIBUTE = /([^\s"'>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g;
// The style is read and never set: our policy would refuse it, and say so.
const KEPT = { href: "href", src: "src", alt: "alt", style: "data-look", colspan: "colspan", rowspan: "rowspan", scope: "scope", "data-pm-slice": "data-pm-slice" };
const NAMES = {
  h1: "h2", h2: "h2", h3: "h3", h4: "h3", h5: "h3", h6: "h3", ul: "ul", menu: "ul", ol: "ol", li: "li", p: "p", hr: "hr", blockquote: "blockquote",
  figure: "figure", figcaption: "figcaption", table: "table", thead: "thead", tbody: "tbody", tfoot: "tbody", tr: "tr", th: "th", td: "td",
};
const STANDS_ALONE = "address article aside body caption center dd details dialog div dl dt fieldset footer form header hgroup main nav pre section summary".split(" ");
const BLOCKS = new Set([...Object.keys(NAMES), ...STANDS_ALONE].map((name) => name.toUpperCase()));
const STRONG = new Set(["B", "STRONG"]), EM = new Set(["I", "EM", "CITE", "DFN", "VAR"]);

/** Simple HTML of whatever was copied. */
export function simplified(html) {
  const source = html.replace(MARKUP_NOTES, "").replace(NO_WORDS, "").replace(TAG, harmless);
  const page = new DOMParser().parseFromString(source, "text/html");
  const made = page.createElement("div");
  take(page.body, made, { strong: false, em: false });
  const slice = page.querySelector("[data-pm-slice]");
  if (slice) made.firstElementChild?.setAttribute("data-pm-slice", slice.dataset.pmSlice);
  return made.innerHTML;
}

function harmless(_tag, name, inside) {
  if (!name) return "";
  const kept = [...inside.matchAll(ATTRIBUTE)].flatMap(([, attribute, ...values]) => {
    const as = KEPT[attribute.toLowerCase()], value = values.find((one) => one !== undefined) ?? "";
    // A picture of another site is not fetched, not even to be thrown away.
    if (!as || (as === "src" && !value.startsWith("/media/"))) return [];
    return [` ${as}="${value.replaceAll('"', "&quot;")}"`];
  });
  return `<${name}${kept.join("")}>`;
}

const look = (element) => element.dataset?.look ?? "";

// Google Docs writes bold as a span with a weight, and wraps all it copies in a <b> that is not bold.
function marked(element, marks) {
  const weight = /(?<![\w-])font-weight\s*:\s*([a-z]+|\d+)/i.exec(look(element))?.[1].toLowerCase();
  const slant = /(?<![\w-])font-style\s*:\s*([a-z]+)/i.exec(look(element))?.[1].toLowerCase();
  const strong = weight ? weight.startsWith("bold") || Number(weight) >= 600 : marks.strong || STRONG.has(element.tagName);
  const em = slant ? slant === "italic" || slant === "oblique" : marks.em || EM.has(element.tagName);
  return { strong, em };
}

function take(parent, into, marks) {
  for (const child of withLists([...parent.childNodes])) {
    if (child.nodeType === 3) words(child.data, into, marks, parent);
    else if (child.nodeType === 1) element(child, into, marks);
  }
}

function words(text, into, marks, parent) {
  const page = into.ownerDocument;
  if (parent.tagName === "PRE") {
    text.split("\n").forEach((line, place) => into.append(...(place ? [page.createElement("br")] : []), line));
    return;
  }
  let node = page.createTextNode(text);
  for (const tag of text.trim() ? [marks.em && "em", marks.strong && "strong"] : []) {
    if (tag) { const around = page.createElement(tag); around.append(node); node = around; }
  }
  into.append(node);
}

function element(one, into, marks) {
  const page = into.ownerDocument, name = one.tagName;
  if (name === "BR") return void (isBetweenBlocks(one) || into.append(page.createElement("br")));
  if (name === "IMG") return void (one.hasAttribute("src") && into.append(one.cloneNode()));
  const isBlock = BLOCKS.has(name);
  if (isBlock && into.closest("h2, h3, td, th, figcaption")) return inOneLine(one, into, marks);
  if (name === "TABLE" && one.querySelectorAll("td, th").length <= 1) return take(one.querySelector("td, th") ?? one, into, marks);
  const tag = isBlock ? NAMES[name.toLowerCase()] ?? "div" : one.hasAttribute("href") ? "a" : "";
  if (!tag) return take(one, into, marked(one, marks));
  const made = page.createElement(tag);
  for (const kept of ["href", "colspan", "rowspan", "scope"]) if (one.hasAttribute(kept)) made.setAttribute(kept, one.getAttribute(kept));
  if (name === "CAPTION") into.closest("table")?.before(made); else into.append(made);
  take(one, made, /^h[23]$/.test(tag) ? { strong: false, em: false } : /^(li|ul|ol)$/.test(tag) ? marks : marked(one, marks));
  if (tag === "ul" || tag === "ol") listsInItems(made);
  if (/^(p|h2|h3|li|a)$/.test(tag) && !made.textContent.trim() && !made.querySelector("img")) made.remove();
}

// Cells and headings hold one line: paragraphs in them become lines.
function inOneLine(one, into, marks) {
  if (into.lastChild && into.textContent.trim()) into.append(into.closest("td, th") ? into.ownerDocument.createElement("br") : " ");
  take(one, into, marked(one, marks));
}

function isBetweenBlocks(br) {
  const beside = (node, way) => { while (node && node.nodeType === 3 && !node.data.trim()) node = node[way]; return !node || BLOCKS.has(node.tagName) || node.tagName === "BR"; };
  return !br.parentNode.closest("p, li, td, th, h1, h2, h3, h4, h5, h6") && beside(br.previousSibling, "previousSibling") && beside(br.nextSibling, "nextSibling");
}

// Word and Google Docs put an inner list beside its item, not into it.
function listsInItems(list) {
  for (const child of [...list.childNodes]) {
    if (child.nodeName === "LI" || (child.nodeType === 3 && !child.data.trim())) continue;
    const before = child.previousElementSibling, item = before?.nodeName === "LI" ? before : list.insertBefore(list.ownerDocument.createElement("li"), child);
    item.append(child);
  }
}

// Word's list paragraphs (mso-list: l0 level2 lfo1) gathered into real lists.
function withLists(children) {
  const found = [];
  let open = [];
  for (const child of children) {
    const level = /^(P|DIV)$/.test(child.nodeName) && Number(/mso-list\s*:[^;]*\blevel([1-9])/i.exec(look(child))?.[1] ?? 0);
    if (!level) {
      if (child.nodeType !== 3 || child.data.trim()) open = [];
      if (!open.length) found.push(child);
      continue;
    }
    const marker = [...child.querySelectorAll("[data-look]")].find((one) => /mso-list\s*:\s*ignore/i.test(look(one)));
    const tag = marker && /^\s*\(?(\d+|[A-Za-z]{1,4})[.)]/.test(marker.textContent) ? "ol" : "ul";
    marker?.remove();
    open.length = Math.min(open.length, level);
    if (open.length === level && open.at(-1).localName !== tag) open.pop();
    if (open.length < level) {
      const inner = child.ownerDocument.createElement(tag);
      if (open.length) open.at(-1).append(inner); else found.push(inner);
      open.push(inner);
    }
    const item = child.ownerDocument.createElement("li");
    item.append(...child.childNodes);
    open.at(-1).append(item);
  }
  return found;
}
