// What the buttons ask before they act: where a link leads, what a picture shows, what a video is called.
import { figureAt, goodAddress } from "./nodes.js";
import { closeHistory, getMarkRange } from "./tiptap.js";

// What a question does is undone by itself, and not with what was typed just before.
const act = (editor) => editor.chain().command(({ tr }) => Boolean(closeHistory(tr)));

/** A dialog of the page: fields by name, a place for trouble, and what its buttons do. */
function dialog(editor, id, presses) {
  const element = document.getElementById(id), form = element.querySelector("form");
  const trouble = element.querySelector(".error");
  const its = {
    element,
    fields: form.elements,
    part: (name) => element.querySelector(`[data-part="${name}"]`),
    say(words, field) {
      trouble.textContent = words;
      for (const one of form.elements) one.removeAttribute("aria-invalid");
      if (!words || !field) return;
      field.setAttribute("aria-invalid", "true");
      field.focus();
    },
    show() { its.say(""); element.showModal(); },
    // The words, and not the button, get the focus back. (TipTap's own `focus` waits for a frame: letters would be lost.)
    close() { element.close(); editor.view.focus(); },
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); presses[event.submitter?.value || "put"](); });
  element.querySelector("[data-cancel]").addEventListener("click", () => its.close());
  element.addEventListener("close", () => { presses.closed?.(); });
  return its;
}

/** What she typed as an address that can be followed; nothing, if it cannot. */
function asAddress(typed) {
  const text = typed.trim();
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(text)) return `mailto:${text}`;
  if (/^[\w-]+(\.[\w-]+)+(:\d+)?([/?#].*)?$/.test(text)) return `https://${text}`;
  return /\s/.test(text) && !/^tel:/i.test(text) ? "" : goodAddress(text);
}

export function linkDialog(editor) {
  let range, before;
  const its = dialog(editor, "ask-link", {
    put() {
      const { address, words } = its.fields, href = asAddress(address.value);
      if (!href) return its.say(its.element.dataset.bad, address);
      const text = words.value.trim() || href.replace(/^(mailto:|tel:|https?:\/\/)/, "");
      const chain = act(editor).setTextSelection(range);
      if (text === before) chain.setMark("link", { href }).setTextSelection(range.to);
      else chain.insertContent({ type: "text", text, marks: [{ type: "link", attrs: { href } }] });
      its.close();
      chain.unsetMark("link").run();
    },
    away() {
      its.close();
      act(editor).setTextSelection(range).unsetMark("link").setTextSelection(range.to).run();
    },
  });
  return () => {
    const { state } = editor, { selection } = state, link = state.schema.marks.link;
    const around = getMarkRange(selection.$from, link) ?? (selection.empty ? undefined : getMarkRange(selection.$to, link));
    range = around ?? { from: selection.from, to: selection.to };
    before = state.doc.textBetween(range.from, range.to, " ");
    const { address, words } = its.fields;
    address.value = around ? editor.getAttributes("link").href ?? "" : "";
    words.value = before;
    its.part("away").hidden = !around;
    its.show();
    (before ? address : words).focus();
  };
}

export function elsewhereDialog(editor) {
  let range, typed;
  const its = dialog(editor, "ask-elsewhere", {
    put() {
      const { address, name } = its.fields, href = asAddress(address.value);
      if (!/^https?:/i.test(href)) return its.say(its.element.dataset.bad, address);
      if (!name.value.trim()) return its.say(its.element.dataset.nameless, name);
      typed = "";
      its.close();
      const text = { type: "text", text: name.value.trim(), marks: [{ type: "link", attrs: { href } }] };
      const { parent } = editor.state.doc.resolve(range.from);
      const chain = act(editor).setTextSelection(range.to);
      if (parent.content.size && parent.isTextblock) chain.setTextSelection(editor.state.doc.resolve(range.to).end());
      chain.insertContent([{ type: "paragraph", content: [text] }, { type: "paragraph" }]).run();
    },
    // A pasted address is not lost with the question.
    closed() { if (typed) act(editor).insertContent({ type: "text", text: typed }).run(); typed = ""; },
  });
  return (pasted = "") => {
    range = { from: editor.state.selection.from, to: editor.state.selection.to };
    typed = pasted;
    its.fields.address.value = pasted;
    its.fields.name.value = "";
    its.show();
    (pasted ? its.fields.name : its.fields.address).focus();
  };
}

export function pictureDialog(editor, { place, form }) {
  let figure, at, dropped, sending;
  const its = dialog(editor, "ask-picture", {
    put() {
      const { file, alt, decorative } = its.fields;
      const words = decorative.checked ? "" : alt.value.replace(/\s+/g, " ").trim();
      const chosen = file.files[0] ?? dropped;
      if (!figure && !chosen) return its.say(its.element.dataset.fileless, file);
      if (!words && !decorative.checked) return its.say(its.element.dataset.wordless, alt);
      if (chosen?.size > Number(its.element.dataset.most)) return refuse(its.element.dataset.large);
      if (figure) {
        const { pos, node } = figure;
        its.close();
        return void act(editor).command(({ tr }) => Boolean(tr.setNodeMarkup(pos, null, { ...node.attrs, alt: words }))).run();
      }
      if (!sending) upload(chosen, words, decorative.checked);
    },
    away() {
      const { pos, node } = figure;
      its.close();
      act(editor).deleteRange({ from: pos, to: pos + node.nodeSize }).run();
    },
    closed() { sending?.abort(); sending = undefined; say(""); },
  });
  const say = (words) => { its.part("told").textContent = words; };
  // Another file can be chosen then, also in place of a dropped one.
  const refuse = (words) => { its.part("choose").hidden = false; its.say(words, its.fields.file); };

  // Not fetch: it does not say how far it has come.
  function upload(file, alt, isDecorative) {
    const said = its.element.dataset, sent = new FormData();
    sent.append("csrf_token", form.elements.namedItem("csrf_token").value);
    sent.append("picture", file);
    sent.append("picture_alt", alt);
    if (isDecorative) sent.append("picture_decorative", "y");
    const request = sending = new XMLHttpRequest();
    const fail = (words) => { if (sending !== request) return; sending = undefined; say(""); refuse(words); };
    request.open("POST", place.dataset.pictures);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = ({ loaded, total }) => say(loaded < total ? `${said.going} ${Math.floor((100 * loaded) / total)} %` : said.looking);
    request.onerror = request.ontimeout = () => fail(said.offline);
    request.onload = () => {
      const isJson = request.getResponseHeader("Content-Type")?.startsWith("application/json");
      const told = isJson ? JSON.parse(request.responseText) : {};
      if (request.status === 200 && told.src) return put(told);
      fail(told.trouble ?? (request.status === 413 ? said.large : [400, 401, 403].includes(request.status) || request.responseURL.includes("sign-in") ? said.signedOut : said.failed));
    };
    its.say("");
    say(said.going);
    request.send(sent);
  }

  function put({ src, alt }) {
    sending = undefined;
    its.close();
    act(editor).insertContentAt(at, [{ type: "figure", attrs: { src, alt } }, { type: "paragraph" }]).run();
  }

  /** Where a figure may stand for a caret here: after its block, or in place of an empty one. */
  function placeFor(position) {
    const $at = editor.state.doc.resolve(position);
    if (!$at.depth) return position;
    return $at.parent.isTextblock && !$at.parent.content.size && $at.depth === 1 ? { from: $at.before(), to: $at.after() } : $at.after(1);
  }

  return (file, position) => {
    figure = file ? undefined : figureAt(editor.state);
    dropped = file;
    at = placeFor(position ?? editor.state.selection.to);
    const { file: box, alt, decorative } = its.fields;
    box.value = "";
    alt.value = figure?.node.attrs.alt ?? "";
    decorative.checked = Boolean(figure) && !alt.value;
    its.part("choose").hidden = Boolean(figure || file);
    its.part("chosen").textContent = file?.name ?? "";
    its.part("away").hidden = !figure;
    its.show();
    (figure || file ? alt : box).focus();
  };
}
