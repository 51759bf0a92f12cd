/** Bytes that no database likes, or that make two checkouts of one commit differ. */
import { isUtf8 } from "node:buffer";
import type { Direction, MigrationFile } from "../migrations/folder.ts";
import { type Finding, finding } from "./finding.ts";

/**
 * Checks one file's bytes.
 *
 * @returns the findings, and the text without its byte-order mark where the file is text at all
 */
export function checkBytes({ file, parsed, bytes }: MigrationFile): {
  findings: Finding[];
  text: string | undefined;
} {
  const badLine = lineOfBadByte(bytes);
  if (badLine !== undefined) {
    const fix = "save it as UTF-8 without a byte-order mark";
    const found = finding("encoding", { file, line: badLine }, encodingProblem(bytes), fix);
    return { findings: [found], text: undefined };
  }
  const whole = Buffer.from(bytes).toString("utf8");
  const text = whole.startsWith("\uFEFF") ? whole.slice(1) : whole;
  return { findings: checkText(file, parsed?.direction, whole, text), text };
}

function encodingProblem(bytes: Uint8Array): string {
  if (isUtf16(bytes)) return "the file is UTF-16, as PowerShell's > writes it";
  return bytes.includes(0) ? "the file holds a NUL byte" : "the file is not UTF-8";
}

/** By its byte-order mark, which UTF-8 text cannot begin with. */
function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/** The line (from 1) of the first byte that is NUL or no UTF-8. */
function lineOfBadByte(bytes: Uint8Array): number | undefined {
  if (isUtf8(bytes) && !bytes.includes(0)) return undefined;
  let line = 1;
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(10, start);
    const slice = bytes.subarray(start, end === -1 ? bytes.length : end);
    if (!isUtf8(slice) || slice.includes(0)) return line;
    if (end === -1) break;
    start = end + 1;
    line += 1;
  }
  return line;
}

function checkText(file: string, direction: Direction | undefined, whole: string, text: string): Finding[] {
  const findings: Finding[] = [];
  if (text.length < whole.length) {
    findings.push(
      finding(
        "byte-order-mark",
        { file },
        "the file starts with a byte-order mark, which a database takes for a syntax error",
        "save it as UTF-8 without a byte-order mark",
      ),
    );
  }
  if (text.trim() === "") {
    const found = finding(
      "empty",
      { file },
      "the file is empty",
      direction === "down"
        ? "write how it is undone; if there is nothing to undo, say so in a comment"
        : "write what it does, or say in a comment why it does nothing",
    );
    // A down file without a word changes no less than one of comments; an up file without a word was forgotten.
    findings.push(direction === "down" ? { ...found, severity: "warning" } : found);
  }
  const cr = text.indexOf("\r\n");
  if (cr !== -1) {
    findings.push(
      finding(
        "crlf",
        { file, line: text.slice(0, cr).split("\n").length },
        "the file has CRLF line ends; a checkout that converts them makes the file count as edited",
        "save it with LF, and put `*.sql text eol=lf` into .gitattributes",
      ),
    );
  }
  return findings;
}
