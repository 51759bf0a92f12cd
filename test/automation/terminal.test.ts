import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createTerminal, elapsed, printable } from "../../automation/terminal.ts";

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

  test("keeps the lines of a text of several lines", () => {
    const { terminal, text } = plain();
    terminal.say("one\r\ntwo\nthree");
    assert.equal(text(), "one\ntwo\nthree\n");
  });

  test("lets no control character through", () => {
    assert.equal(printable("\x1b[31mred\x1b[0m \x1b]0;title\x07end"), "red end");
    assert.equal(printable("a\rb\bc\x00d\te"), "a\ufffdb\ufffdc\ufffdd\te");
    assert.doesNotMatch(
      printable(Array.from({ length: 160 }, (_, code) => String.fromCharCode(code)).join("")),
      /[^\P{Cc}\t]/u,
    );
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
