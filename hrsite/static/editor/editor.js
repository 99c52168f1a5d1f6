// The writing form's editor. It takes the place of the Markdown box and keeps the box's value in step, as
// HTML; `body_format` says which of the two travels. Without this script the box itself is the editor.
import { elsewhereDialog, linkDialog, pictureDialog } from "./asking.js";
import { EXTENSIONS, holdFigure } from "./nodes.js";
import { simplified } from "./pasting.js";
import { Decoration, DecorationSet, Editor, Extension, Plugin } from "./tiptap.js";
import { toolbar } from "./toolbar.js";

const place = document.getElementById("editor"), box = document.getElementById("body"), form = box.form;
const format = form.elements.namedItem("body_format"), label = form.querySelector("label[for=body]");
const HOSTS = new Set(place.dataset.hosts.split(" "));
// The buttons above and the bar below stand over the text: what she writes is kept clear of them.
const CLEAR = { top: 160, bottom: 160, left: 5, right: 5 };
const ALONE = /^https?:\/\/\S+$/;
// What Markdown would read as more than words.
const MORE_THAN_WORDS = /[\\`*_[\]<>&#|~]|^\s*(?:[-+=]|\d+[.)])|^ {4}|^\t/m;
const BETWEEN_PARAGRAPHS = /\n\s*\n/;

/** The text as HTML: what the server says, or what she typed while this script was on its way. There
 *  each space counts: she may be about to go on behind one. */
function textOfBox() {
  if (format.value === "html") return { html: box.value };
  if (box.value === box.defaultValue) return { html: document.getElementById("words-html").innerHTML };
  if (MORE_THAN_WORDS.test(box.value)) return null;
  const said = document.createElement("div");
  for (const words of box.value.split(BETWEEN_PARAGRAPHS)) said.appendChild(document.createElement("p")).textContent = words.replace(/\n/g, " ");
  return { html: said.innerHTML, before: box.value.slice(0, box.selectionEnd) };
}

/** Where she goes on: where she was among the words she typed, else at the end. */
function caretIn(doc, before) {
  if (before === undefined) return doc.content.size;
  const paragraphs = before.split(BETWEEN_PARAGRAPHS), last = paragraphs.pop();
  const start = paragraphs.reduce((size, _, index) => size + doc.child(index).nodeSize, 1);
  return start + Math.min(last.length, doc.child(paragraphs.length).content.size);
}

function isElsewhere(address) {
  try { return HOSTS.has(new URL(address).hostname.replace(/^(www|m|music|open)\./, "")); } catch { return false; }
}

/** The address of a paragraph that is nothing but one link to a site of videos or sound. */
function onlyLink(node) {
  const href = node.type.name === "paragraph" && node.firstChild?.marks.find((mark) => mark.type.name === "link")?.attrs.href;
  if (!href || !isElsewhere(href)) return "";
  let is = true;
  node.forEach((child) => { is &&= child.isText && child.marks.some((mark) => mark.attrs.href === href); });
  return is ? href : "";
}

const Cards = Extension.create({
  name: "cards",
  addProseMirrorPlugins: () => [new Plugin({
    props: {
      decorations({ doc }) {
        const cards = [];
        doc.descendants((node, pos) => {
          if (onlyLink(node)) cards.push(Decoration.node(pos, pos + node.nodeSize, { class: "elsewhere-card", "data-host": new URL(onlyLink(node)).hostname }));
        });
        return DecorationSet.create(doc, cards);
      },
    },
  })],
});

function start({ html, before }) {
  let ask, toToolbar;
  const Keys = Extension.create({
    name: "keys",
    addKeyboardShortcuts: () => ({ "Mod-k": () => (ask.link(), true), "Alt-F10": () => (toToolbar(), true) }),
  });
  box.id = "body-box";
  label.id = "body-label";
  const told = [box.getAttribute("aria-describedby"), "editor-keys"].filter(Boolean).join(" ");
  const editor = new Editor({
    element: document.getElementById("editor-text"),
    injectCSS: false,
    extensions: [...EXTENSIONS, Cards, Keys],
    content: html,
    parseOptions: { preserveWhitespace: before !== undefined },
    editorProps: {
      attributes: {
        id: "body", class: "prose", role: "textbox", dir: "auto",
        "aria-multiline": "true", "aria-labelledby": "body-label", "aria-describedby": told,
      },
      scrollMargin: CLEAR,
      scrollThreshold: CLEAR,
      transformPastedHTML: simplified,
      handleClickOn: holdFigure,
      handlePaste: (_view, event) => pasted(editor, ask, event),
      handleDrop: (view, event) => {
        const file = event.dataTransfer?.files[0];
        if (!file) return false;
        ask.picture(file, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos);
        event.preventDefault();
        return true;
      },
    },
  });
  ask = { link: linkDialog(editor), picture: () => {}, elsewhere: () => {} };
  // A letter has no pictures: there nothing asks for one.
  if (document.getElementById("ask-picture")) Object.assign(ask, { picture: pictureDialog(editor, { place, form }), elsewhere: elsewhereDialog(editor) });
  toToolbar = toolbar(place.querySelector("[role=toolbar]"), editor, deedsOf(editor, ask));
  return editor;
}

function pasted(editor, ask, event) {
  const { files } = event.clipboardData, html = event.clipboardData.getData("text/html"), text = event.clipboardData.getData("text/plain").trim();
  // Word sends a picture of its words along: words come first.
  if (files.length && !text && !simplified(html).replace(/<[^>]*>/g, "").trim()) return (ask.picture(files[0]), true);
  if (!ALONE.test(text)) return false;
  const { selection } = editor.state, isInWords = ["paragraph", "heading", "cell", "headCell"].includes(selection.$from.parent.type.name);
  if (selection.empty && selection.$from.parent.type.name === "paragraph" && !selection.$from.parent.content.size && isElsewhere(text)) return (ask.elsewhere(text), true);
  if (!isInWords) return false;
  const mark = { type: "link", attrs: { href: text } };
  if (selection.empty) return editor.chain().insertContent({ type: "text", text, marks: [mark] }).unsetMark("link").run();
  return editor.chain().setMark("link", mark.attrs).setTextSelection(selection.to).run();
}

function deedsOf(editor, ask) {
  // TipTap's own `focus` waits for a frame: letters typed at once would be lost.
  const act = () => { editor.view.focus(); return editor.chain(); };
  const toggle = (name, command, attributes) => ({ is: () => editor.isActive(name, attributes), do: () => act()[command](attributes).run() });
  const step = (name) => ({ can: () => editor.can()[name](), do: () => act()[name]().run() });
  return {
    heading: toggle("heading", "toggleHeading", { level: 2 }),
    subheading: toggle("heading", "toggleHeading", { level: 3 }),
    bold: toggle("bold", "toggleBold"),
    italic: toggle("italic", "toggleItalic"),
    bullets: toggle("bulletList", "toggleBulletList"),
    numbers: toggle("orderedList", "toggleOrderedList"),
    quote: toggle("blockquote", "toggleBlockquote"),
    link: { is: () => editor.isActive("link"), do: ask.link },
    picture: { is: () => editor.isActive("figure"), do: () => ask.picture() },
    elsewhere: { do: () => ask.elsewhere() },
    undo: step("undo"),
    redo: step("redo"),
  };
}

function takeThePlace(text) {
  const hadFocus = document.activeElement === box;
  const editor = start(text);
  const write = () => { box.value = editor.isEmpty ? "" : editor.getHTML(); format.value = "html"; };
  // The box's own way to a picture, and its signs, are of no use now.
  const show = (isHere) => {
    place.hidden = !isHere;
    for (const one of [box, ...document.querySelectorAll("[data-without-editor]")]) one.hidden = isHere;
  };
  write();
  show(true);
  if (hadFocus) { // At once, for she may be in the midst of a word.
    editor.commands.setTextSelection(caretIn(editor.state.doc, text.before));
    editor.view.focus();
  }
  editor.on("update", () => { write(); box.dispatchEvent(new Event("input", { bubbles: true })); });
  label.addEventListener("click", () => editor.view.focus());
  form.addEventListener("words-put-back", () => {
    if (format.value === "html") return void editor.commands.setContent(box.value, { emitUpdate: false });
    editor.destroy();
    show(false);
    box.id = "body";
  });
  form.dispatchEvent(new Event("editor-ready"));
}

const text = textOfBox();
if (text !== null) takeThePlace(text);
