import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Spinner } from "yocto-spinner";
import { createTerminal, elapsed } from "../../../automation/report/terminal.ts";

function plain() {
  let text = "";
  const stream = { write: (part: string) => (text += part) };
  const redact = (line: string) => line.replaceAll("secret", "***");
  return { terminal: createTerminal({ stream, redact, now: () => 0 }), text: () => text };
}

describe("terminal", () => {
  test("prints plain lines where there is no spinner, every one redacted", () => {
    const { terminal, text } = plain();
    const activity = terminal.activity("up on stage");
    activity.status("PENDING");
    activity.logLine("the secret line");
    activity.say("Started");
    activity.end();
    terminal.warn("a secret");
    assert.equal(text(), "up on stage\nTask is PENDING\n  | the *** line\nStarted\nwarning: a ***\n");
  });

  test("shows time and the running file on the spinner, and nothing of the log", () => {
    let at = 0;
    let text = "";
    const shown: string[] = [];
    const spinner = {
      start: () => spinner,
      stop: () => shown.push("stopped"),
      clear: () => shown.push("cleared"),
      set text(value: string) {
        shown.push(value);
      },
    } as unknown as Spinner;
    const stream = { write: (part: string) => (text += part) };
    const options = { stream, redact: (line: string) => line.replaceAll("secret", "***"), now: () => at };
    const terminal = createTerminal({ ...options, spinner: () => spinner });
    const activity = terminal.activity("up on stage");
    activity.status("RUNNING");
    at = 61_000;
    activity.running("20261124_index.up.sql");
    activity.logLine("a secret line");
    activity.end();
    assert.equal(text, "  | a *** line\n");
    assert.deepEqual(shown, [
      "up on stage 0 s RUNNING",
      "up on stage 1 min 1 s 20261124_index.up.sql",
      "cleared",
      "up on stage 1 min 1 s 20261124_index.up.sql",
      "stopped",
    ]);
  });

  test("keeps the lines of a text of several lines", () => {
    const { terminal, text } = plain();
    terminal.say("one\r\ntwo\nthree");
    assert.equal(text(), "one\ntwo\nthree\n");
  });

  test("lets no control character through, nor one that turns the writing around (L21)", () => {
    const printed = (line: string) => {
      const { terminal, text } = plain();
      terminal.say(line);
      return text();
    };
    assert.equal(printed("\x1b[31mred\x1b[0m \x1b]0;title\x07end"), "red end\n");
    assert.equal(printed("a\rb\bc\x00d\te\u202ef\u2066g"), "abcd  efg\n");
    const all = Array.from({ length: 160 }, (_, code) => String.fromCharCode(code)).join("");
    assert.doesNotMatch(printed(all).replaceAll("\n", ""), /\p{Cc}/u);
  });

  test("says times as people do", () => {
    assert.deepEqual([0, 999, 59_999, 60_000, 3_725_000].map(elapsed), [
      "0 s",
      "0 s",
      "59 s",
      "1 min 0 s",
      "62 min 5 s",
    ]);
  });
});
