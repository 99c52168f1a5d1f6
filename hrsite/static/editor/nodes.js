// What an article may hold, the same as hrsite/texts/cleaning.py keeps: nothing else can be typed or pasted.
import {
  Blockquote, Bold, BulletList, Document, Dropcursor, Gapcursor, HardBreak, Heading, HorizontalRule, Italic, ListItem,
  Mark, Node, NodeSelection, OrderedList, Paragraph, Text, UndoRedo,
} from "./tiptap.js";

const OURS = /^\/media\/[A-Za-z0-9_-]{1,64}\.webp$/;
const GOOD = /^(?:https?:\/\/[^/?#\\]|mailto:.|tel:.|\/(?![/\\]))/i;

/** The address, if it may be followed (as hrsite/texts/weblinks.py decides it); else nothing. */
export function goodAddress(typed) {
  // eslint-disable-next-line no-control-regex -- browsers drop these, so "java\tscript:" would run
  const address = typed.replace(/[\x00-\x1f\x7f]+/g, "").trim();
  return GOOD.test(address) ? address : "";
}

const picture = (img) => {
  const src = img?.getAttribute("src")?.trim() ?? "", alt = img?.getAttribute("alt");
  return OURS.test(src) && alt != null ? { src, alt } : false;
};
const pictureAttributes = () => ({ src: { default: "" }, alt: { default: "" } });

const Link = Mark.create({
  name: "link",
  priority: 1000,
  inclusive: false,
  addAttributes: () => ({ href: { default: "" } }),
  parseHTML: () => [{ tag: "a[href]", getAttrs: (a) => { const href = goodAddress(a.getAttribute("href")); return href ? { href } : false; } }],
  renderHTML: ({ mark }) => ["a", { href: mark.attrs.href }, 0],
});

const Picture = Node.create({
  name: "picture",
  group: "inline",
  inline: true,
  draggable: true,
  addAttributes: pictureAttributes,
  parseHTML: () => [{ tag: "img", getAttrs: picture }],
  renderHTML: ({ node }) => ["img", { src: node.attrs.src, alt: node.attrs.alt }],
});

/** The figure the selection is in or on; undefined elsewhere. */
export function figureAt({ selection }) {
  if (selection.node?.type.name === "figure") return { node: selection.node, pos: selection.from };
  const { $from } = selection;
  return $from.parent.type.name === "figure" ? { node: $from.parent, pos: $from.before() } : undefined;
}

// Its words are the caption.
const Figure = Node.create({
  name: "figure",
  group: "block",
  content: "text*",
  draggable: true,
  isolating: true,
  addAttributes: pictureAttributes,
  parseHTML: () => [{
    tag: "figure",
    getAttrs: (figure) => figure.querySelectorAll("img").length === 1 && picture(figure.querySelector("img")),
    contentElement: (figure) => figure.querySelector("figcaption") ?? document.createElement("figcaption"),
  }],
  renderHTML: ({ node }) => ["figure", ["img", { src: node.attrs.src, alt: node.attrs.alt, draggable: "false" }], ["figcaption", 0]],
  addKeyboardShortcuts() {
    return {
      Enter: ({ editor }) => {
        const figure = figureAt(editor.state);
        if (!figure) return false;
        const after = figure.pos + figure.node.nodeSize;
        return editor.chain().insertContentAt(after, { type: "paragraph" }).setTextSelection(after + 1).run();
      },
      Backspace: ({ editor }) => {
        const { selection } = editor.state, figure = figureAt(editor.state);
        if (!figure || !selection.empty || selection.$from.parentOffset > 0) return false;
        return editor.commands.setNodeSelection(figure.pos);
      },
    };
  },
});

/** A press on the picture itself takes hold of the whole figure. */
export function holdFigure(view, _pos, node, nodePos, event) {
  if (node.type.name !== "figure" || event.target.tagName !== "IMG") return false;
  view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, nodePos)));
  return true;
}

const part = (name, tag, content, more = {}) => Node.create({
  name, content, isolating: true, parseHTML: () => [{ tag }], renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0], ...more,
});
const spans = () => Object.fromEntries(["colspan", "rowspan", "scope"].map((name) => [name, { default: null }]));
const inCell = ({ editor }) => ["headCell", "cell"].includes(editor.state.selection.$from.parent.type.name) && editor.commands.setHardBreak();
const TABLE = [
  part("table", "table", "tableHead? tableBody?", { group: "block" }),
  part("tableHead", "thead", "row+"),
  part("tableBody", "tbody", "row+"),
  part("row", "tr", "(headCell | cell)+"),
  part("headCell", "th", "inline*", { addAttributes: spans }),
  part("cell", "td", "inline*", { addAttributes: spans, addKeyboardShortcuts: () => ({ Enter: inCell }) }),
];

// Tab leaves the text, as everywhere on a page: the brackets move items in and out.
const Item = ListItem.extend({
  content: "block+",
  addKeyboardShortcuts() {
    return {
      Enter: () => this.editor.commands.splitListItem(this.name),
      "Mod-]": () => this.editor.commands.sinkListItem(this.name),
      "Mod-[": () => this.editor.commands.liftListItem(this.name),
    };
  },
});
// Clean lists count from one.
const Numbered = OrderedList.extend({ addAttributes: () => ({}), renderHTML: () => ["ol", 0] });

export const EXTENSIONS = [
  Document, Paragraph, Text, Link, Bold, Italic, Heading.configure({ levels: [2, 3] }), BulletList, Numbered, Item, Blockquote,
  HardBreak, HorizontalRule, Figure, Picture, ...TABLE, Dropcursor.configure({ color: false, class: "drop-here" }), Gapcursor, UndoRedo,
];
