/**
 * The few Block Kit blocks that the messages are made of, kept within Slack's limits. Pure.
 *
 * Source of the limits: the Block Kit reference (header 150, section 3000, context 10 elements, 50 blocks a message).
 */
import { clip, startOf } from "../../text/clip.ts";
import { safeLine, safeText } from "../../text/plainText.ts";

export const LIMITS = { header: 150, text: 3000, contextElements: 10, blocks: 50 } as const;

/** `verbatim`: Slack looks for no links, channels or mentions in the text. */
interface Mrkdwn {
  type: "mrkdwn";
  text: string;
  verbatim: true;
}
interface HeaderBlock {
  type: "header";
  text: { type: "plain_text"; text: string; emoji: true };
}
interface SectionBlock {
  type: "section";
  text: Mrkdwn;
}
interface ContextBlock {
  type: "context";
  elements: Mrkdwn[];
}
export type SlackBlock = HeaderBlock | SectionBlock | ContextBlock;

export interface SlackMessage {
  /** What a notification shows, and all that is shown where blocks cannot be. */
  text: string;
  blocks: SlackBlock[];
}

const CLIPPED = "… (clipped)";

/** A line of plain text: no markup is read in it, and none is needed. */
export function headerBlock(text: string): HeaderBlock {
  return {
    type: "header",
    text: { type: "plain_text", text: clip(withoutMentions(safeLine(text)), LIMITS.header), emoji: true },
  };
}

/** @param text mrkdwn; what it holds of others' words has gone through {@link escapeMrkdwn} or {@link inlineCode} */
export function sectionBlock(text: string): SectionBlock {
  return { type: "section", text: mrkdwn(text) };
}

export function contextBlock(texts: readonly string[]): ContextBlock {
  return { type: "context", elements: texts.slice(0, LIMITS.contextElements).map(mrkdwn) };
}

function mrkdwn(text: string): Mrkdwn {
  return { type: "mrkdwn", text, verbatim: true };
}

/**
 * Others' words in mrkdwn, at most `most` characters long after the escaping; whole graphemes, whole entities, and where
 * something was left out it says so.
 */
export function escapeMrkdwn(text: string, most: number): string {
  return fit(withoutMentions(safeText(text)), most, CLIPPED);
}

/** Others' words as code within a line. A backtick would end the code, so one that looks like it takes its place. */
export function inlineCode(text: string, most: number): string {
  return `\`${fit(withoutBackticks(withoutMentions(safeLine(text))), most - 2, "…")}\``;
}

/** A code block of at most `most` characters in all. What does not fit is left out at its end. */
export function codeBlock(text: string, most: number): string {
  return `${FENCE}\n${fit(withoutBackticks(withoutMentions(safeText(text))), most - 2 * FENCE.length - 2, CLIPPED)}\n${FENCE}`;
}

const FENCE = "```";

interface LogTail {
  /** The code block, at most `most` characters long. */
  readonly block: string;
  /** How many of the lines it holds. */
  readonly lines: number;
}

/** The last lines of a log as a code block: where not all fit, the oldest are left out; a long line is cut. */
export function logTailBlock(log: readonly string[], count: number, most: number, mostLine = 400): LogTail {
  // Masked as one text, since a private key spans lines, and split again.
  const lines = safeText(log.join("\n")).split("\n").slice(-count);
  const shown: string[] = [];
  let room = most - 2 * FENCE.length - 2;
  for (const line of lines.reverse()) {
    const escaped = fit(withoutBackticks(withoutMentions(line)), mostLine, CLIPPED);
    if (escaped.length + 1 > room) break;
    shown.unshift(escaped);
    room -= escaped.length + 1;
  }
  return { block: `${FENCE}\n${shown.join("\n")}\n${FENCE}`, lines: shown.length };
}

/** A link: Slack reads `<url|label>`, so neither part may hold what ends it. null if the URL is too long for a text. */
export function link(url: string, label: string): string | null {
  const target = url.replace(/[<>|\s"]/g, encodeURIComponent).replaceAll("&", "&amp;");
  return target.length > 2000
    ? null
    : `<${target}|${escapeMrkdwn(safeLine(label), 100).replaceAll("|", "¦")}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Source: Slack's "Formatting text for app surfaces": these three, and no others, are escaped. */
function escapeEntities(text: string): string {
  return text.replace(/[&<>]/g, (char) => ENTITIES[char] ?? char);
}

/** Escapes as much of a text as fits into `most` characters. */
function fit(text: string, most: number, ellipsis: string): string {
  const whole = escapeEntities(startOf(text, most));
  if (whole.length <= most && startOf(text, most) === text) return whole;
  let start = startOf(text, Math.max(most - ellipsis.length, 0));
  // Each character that is too many takes at least a fifth of one away: `&` is the longest, as `&amp;`.
  for (let over = escapeEntities(start).length + ellipsis.length - most; over > 0; ) {
    start = startOf(start, start.length - Math.max(Math.ceil(over / 5), 1));
    over = escapeEntities(start).length + ellipsis.length - most;
  }
  return escapeEntities(start) + ellipsis;
}

/** `verbatim` keeps blocks quiet; a message's fallback text has no such flag, so the three that call everybody are broken. */
function withoutMentions(text: string): string {
  return text.replace(/@(?=channel|here|everyone)/gi, "@\u2060");
}

function withoutBackticks(text: string): string {
  return text.replaceAll("`", "\u02cb");
}
