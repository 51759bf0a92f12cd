/** Markdown of GitHub's and GitLab's kind. Pure. */
import { safeLine, safeText } from "./plainText.ts";

/** Others' words on one line, none of them read as markup, as HTML or as a mention. */
export function markdown(text: string): string {
  return safeLine(text)
    .replace(/[&<>]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[char] ?? char)
    .replace(/[\\`*_{}[\]#|~!]/g, "\\$&")
    .replaceAll("@", "&#64;");
}

/** A fence longer than any run of backticks in the text, so that nothing in it ends the block. */
export function fenced(text: string, language: string): string {
  const safe = safeText(text);
  const longest = Math.max(2, ...(safe.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${safe}\n${fence}`;
}
