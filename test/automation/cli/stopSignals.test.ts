import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createStop } from "../../../automation/cli/stopSignals.ts";

function stop(terminal: boolean) {
  const state = { now: 0, said: [] as string[], exits: [] as number[] };
  const made = createStop({
    terminal,
    say: (line) => state.said.push(line),
    now: () => state.now,
    exit: (code) => state.exits.push(code),
  });
  return { ...made, state };
}

describe("the first signal asks the command to stop", () => {
  const cases: [string, boolean, NodeJS.Signals, boolean][] = [
    ["^C at a terminal, which has told Pulumi already", true, "SIGINT", false],
    ["SIGINT from elsewhere", false, "SIGINT", true],
    ["SIGTERM at a terminal", true, "SIGTERM", true],
    ["SIGTERM from elsewhere", false, "SIGTERM", true],
  ];
  for (const [name, terminal, signal, pulumi] of cases) {
    test(name, () => {
      const { on, state, ...stopped } = stop(terminal);
      assert.equal(stopped.signal.aborted, false);
      on(signal);
      assert.equal(stopped.signal.aborted, true);
      assert.equal(stopped.pulumiSignal.aborted, pulumi);
      assert.match(state.said.join("\n"), new RegExp(`^${signal}: stopping; a second one ends this command`));
      assert.deepEqual(state.exits, []);
    });
  }
});

test("one that comes together with it, as npm hands it on, is the same; a later one ends with 13", () => {
  const { on, state } = stop(true);
  on("SIGINT");
  state.now = 999;
  on("SIGINT");
  assert.deepEqual([state.said.length, state.exits], [1, []]);
  state.now = 1_000;
  on("SIGINT");
  assert.deepEqual(state.exits, [13]);
  assert.match(state.said[1] ?? "", /^SIGINT: ended at once; what was under way may go on/);
});
