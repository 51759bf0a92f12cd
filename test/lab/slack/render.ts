interface TextObject {
  readonly type?: string;
  readonly text?: string | TextObject;
  readonly url?: string;
  readonly alt_text?: string;
}

interface Block {
  readonly type?: string;
  readonly text?: TextObject;
  readonly fields?: readonly TextObject[];
  readonly elements?: readonly TextObject[];
  readonly accessory?: TextObject;
}

const WIDTH = 78;

/**
 * A Block Kit message as a person sees it, in plain text with a bar at its left.
 *
 * Shows header, section (with fields and a link button), context, divider and actions; names any other block by its
 * type, so that nothing of a message stays unseen.
 *
 * @param message what was posted to the webhook
 */
export function renderSlackMessage(message: unknown): string {
  const { text, blocks, attachments } = (message ?? {}) as {
    text?: string;
    blocks?: Block[];
    attachments?: { blocks?: Block[]; text?: string }[];
  };
  const lines = (blocks ?? []).flatMap(renderBlock);
  for (const attachment of attachments ?? [])
    lines.push(...(attachment.blocks ?? []).flatMap(renderBlock), ...wrapped(attachment.text ?? ""));
  if (lines.length === 0) lines.push(...wrapped(mrkdwn(text ?? "")));
  return lines.map((line) => `  ┃ ${line}`.trimEnd()).join("\n");
}

function renderBlock(block: Block): string[] {
  switch (block.type) {
    case "header":
      return [plain(block.text).toUpperCase(), ""];
    case "divider":
      return ["─".repeat(WIDTH)];
    case "section":
      return renderSection(block);
    case "context":
      return wrapped((block.elements ?? []).map(inline).join("  "));
    case "actions":
      return [(block.elements ?? []).map(inline).join("  ")];
    default:
      return [`[${block.type ?? "block without a type"}]`];
  }
}

function renderSection(block: Block): string[] {
  const lines = block.text ? wrapped(inline(block.text)) : [];
  for (const field of block.fields ?? []) lines.push(...wrapped(inline(field).replace(/\n/g, "  ")));
  if (block.accessory) lines.push(inline(block.accessory));
  return lines;
}

function inline(object: TextObject): string {
  if (object.type === "image") return `[image: ${object.alt_text ?? ""}]`;
  if (object.type === "button") return `[ ${plain(object)} ]${object.url ? ` ${object.url}` : ""}`;
  return object.type === "plain_text" ? plain(object) : mrkdwn(plain(object));
}

function plain(object: TextObject | undefined): string {
  const text = object?.text;
  return typeof text === "object" ? plain(text) : (text ?? "");
}

/** Slack's mrkdwn as plain text: links as `text (url)`, code blocks indented, emphasis without its marks. */
export function mrkdwn(text: string): string {
  const pieces = text.split("```");
  const shown = pieces.map((piece, index) => (index % 2 === 1 ? codeBlock(piece) : prose(piece)));
  return unescaped(shown.join(""));
}

function codeBlock(text: string): string {
  const lines = text.replace(/^\n|\n$/g, "").split("\n");
  return `\n${lines.map((line) => `    ${line}`).join("\n")}\n`;
}

function prose(text: string): string {
  return text
    .replace(/<([^|>]+)\|([^>]+)>/g, "$2 ($1)")
    .replace(/<((?:https?|mailto):[^>]+)>/g, "$1")
    .replace(/(^|[\s(])\*(\S(?:.*?\S)?)\*(?=[\s).,:;!?]|$)/gm, "$1$2")
    .replace(/(^|[\s(])_(\S(?:.*?\S)?)_(?=[\s).,:;!?]|$)/gm, "$1$2");
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Breaks long prose at spaces; indented lines (code) stay as they are. */
function wrapped(text: string): string[] {
  if (text === "") return [];
  return text.split("\n").flatMap((line) => (line.startsWith("    ") ? [line] : wrapLine(line)));
}

function wrapLine(line: string): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    if (current !== "" && current.length + 1 + word.length > WIDTH) {
      lines.push(current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return [...lines, current];
}
