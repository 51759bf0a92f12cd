/** Text from a log, from AWS or from a file, fit to be shown: the one cleaner of every way out. Pure, linear in time. */
import { stripVTControlCharacters } from "node:util";
import { redact } from "./redact.ts";

/** Those that turn the writing around, so that a line reads otherwise than it is. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** U+FFF9-U+FFFB and U+2028-U+2029 are control characters in all but their category. */
const CONTROL = /(?!\n)[\p{Cc}\ufeff\ufff9-\ufffb]/gu;

/** Without escape sequences, control characters and halves of characters; line feeds stay, a tab becomes two blanks. */
export function plainText(text: string): string {
  const visible = stripVTControlCharacters(text)
    .replace(/\r\n|[\u2028\u2029]/g, "\n")
    .replace(/\t/g, "  ")
    .replace(CONTROL, "")
    .replace(BIDI, "");
  return wellFormed(visible);
}

/** With U+FFFD in the place of each half of a surrogate pair. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/**
 * Fit to leave the program. Masked after the control characters are gone: one in a password's midst would hide it.
 *
 * @param mask what masks besides the shapes: a process knows secrets of its own
 */
export function safeText(text: string, mask: (text: string) => string = redact): string {
  return mask(plainText(text));
}

/** {@link safeText} on one line. */
export function safeLine(text: string): string {
  return safeText(text)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ");
}
