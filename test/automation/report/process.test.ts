/** The exit code is never lost, whatever stands where the report goes (L18); each case as a process. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { refusedRerun } from "../../support/rerun.ts";
import { temporaryHome } from "../../support/runFixture.ts";

const NOT_STARTED = 10;

describe("--report, as a process", { concurrency: 2 }, () => {
  test("/dev/stdout that is a file: the report follows the verdict, and the device stays a link", async (t) => {
    const file = join(await temporaryHome(t), "out.txt");
    const before = readlinkSync("/dev/stdout");
    const { exitCode, output } = await refusedRerun(t, {
      args: ["--report", "/dev/stdout"],
      stdout: openSync(file, "a"),
    });
    assert.equal(exitCode, NOT_STARTED, output);
    const text = readFileSync(file, "utf8");
    assert.match(text, /^✖ shop stage: Not started \(access denied\)[\s\S]*\n\{\n {2}"schema": 1,/);
    assert.equal(readlinkSync("/dev/stdout"), before);
  });

  test("a link is followed and stays, whether its target exists or not", async (t) => {
    const home = await temporaryHome(t);
    await mkdir(join(home, "real"));
    symlinkSync("real/run.json", join(home, "run.json"));
    for (const content of [undefined, "old"]) {
      if (content !== undefined) writeFileSync(join(home, "real/run.json"), content);
      const { exitCode } = await refusedRerun(t, { args: ["--report", join(home, "run.json")] });
      assert.equal(exitCode, NOT_STARTED);
      assert.equal(JSON.parse(readFileSync(join(home, "real/run.json"), "utf8")).exitCode, NOT_STARTED);
      assert.equal(lstatSync(join(home, "run.json")).isSymbolicLink(), true);
    }
  });

  test("a folder that cannot exist any more is a warning at once", async (t) => {
    for (const path of ["/proc/2147483646/gone/run.json", "/proc/self/gone/deep/run.json"]) {
      const { exitCode, output } = await refusedRerun(t, { args: ["--report", path] });
      assert.equal(exitCode, NOT_STARTED);
      assert.match(output, /warning: the report could not be written to \/proc\//);
    }
  });

  test("a full disk is a warning, and the device stays one", async (t) => {
    const { exitCode, output } = await refusedRerun(t, { args: ["--report", "/dev/full"] });
    assert.equal(exitCode, NOT_STARTED);
    assert.match(output, /warning: the report could not be written to \/dev\/full: ENOSPC/);
    assert.equal(statSync("/dev/full").isCharacterDevice(), true);
  });

  test("a pipe that nobody reads is a warning, and nobody is waited for", async (t) => {
    const pipe = join(await temporaryHome(t), "pipe");
    execFileSync("mkfifo", [pipe]);
    const { exitCode, output } = await refusedRerun(t, { args: ["--report", pipe] });
    assert.equal(exitCode, NOT_STARTED);
    assert.match(output, /warning: the report could not be written to .*ENXIO/);
    assert.equal(statSync(pipe).isFIFO(), true);
  });

  test("standard output on a full disk, and one whose reader has left (EPIPE)", async (t) => {
    const full = await refusedRerun(t, { args: ["--json"], stdout: openSync("/dev/full", "w") });
    assert.equal(full.exitCode, NOT_STARTED, full.output);
    const left = await refusedRerun(t, { args: ["--json"], leave: true });
    assert.equal(left.exitCode, NOT_STARTED, left.output);
  });
});
