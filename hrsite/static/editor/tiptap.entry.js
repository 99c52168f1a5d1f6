// What is taken from TipTap and ProseMirror into tiptap.js: `make editor` builds it.
export { Editor, Extension, Mark, Node, getMarkRange } from "@tiptap/core";
export { Blockquote } from "@tiptap/extension-blockquote";
export { Bold } from "@tiptap/extension-bold";
export { Document } from "@tiptap/extension-document";
export { HardBreak } from "@tiptap/extension-hard-break";
export { Heading } from "@tiptap/extension-heading";
export { HorizontalRule } from "@tiptap/extension-horizontal-rule";
export { Italic } from "@tiptap/extension-italic";
export { BulletList, ListItem, OrderedList } from "@tiptap/extension-list";
export { Paragraph } from "@tiptap/extension-paragraph";
export { Text } from "@tiptap/extension-text";
export { Dropcursor, Gapcursor, UndoRedo } from "@tiptap/extensions";
export { closeHistory } from "@tiptap/pm/history";
export { NodeSelection, Plugin } from "@tiptap/pm/state";
export { Decoration, DecorationSet } from "@tiptap/pm/view";
