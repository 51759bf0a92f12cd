/** The page of `--report run.html` in a real browser: copy buttons, keyboard, contrast, phone width, 500 files. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { reportHtml } from "../../../automation/report/html.ts";
import type { RunReport } from "../../../automation/report/report.ts";
import { reportOf } from "../../support/reportSamples.ts";
import { APPLIED, clean, DIRTY, FAILED, ran } from "../../support/verdictSamples.ts";
import { LabError } from "../labError.ts";
import { thisMachine } from "../machine.ts";
import { findChromium, openPage, type Page } from "./browser.ts";

const MANY = Array.from({ length: 500 }, (_, index) =>
  ran(20260000 + index, `a_rather_long_name_of_a_migration_number_${index}`, index + 0.5),
);
const REPORTS: Readonly<Record<string, RunReport>> = {
  applied: reportOf(APPLIED),
  failed: reportOf(FAILED),
  dirty: reportOf(DIRTY),
  many: reportOf({ kind: "applied", from: clean(null), to: clean(20260499), files: MANY }),
};

/**
 * In the page: each element with text of its own whose contrast is under 4.5 : 1 (WCAG 2.2, 1.4.3; the formula is that of its
 * "relative luminance"), as `text: ratio`. A title in the SVG is a tooltip, which the browser draws itself.
 */
const LOW_CONTRAST = `(() => {
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => {
    const part = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const backOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const low = [];
  for (const element of document.body.querySelectorAll("*")) {
    if (["SCRIPT", "STYLE", "title"].includes(element.tagName)) continue;
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    const style = getComputedStyle(element);
    const color = parse(element.closest("svg") ? style.fill : style.color);
    const [bright, dark] = [luminance(color), luminance(backOf(element))].sort((a, b) => b - a);
    const ratio = (bright + 0.05) / (dark + 0.05);
    if (ratio < 4.5) low.push(element.textContent.slice(0, 40) + ": " + ratio.toFixed(2));
  }
  return low;
})()`;

describe("the page in a browser", () => {
  let page: Page;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "ecs-migrate-page-"));
    for (const [name, report] of Object.entries(REPORTS))
      writeFileSync(join(folder, `${name}.html`), reportHtml(report));
    page = await openPage(await findChromium(thisMachine()));
    await page.send("Emulation.setFocusEmulationEnabled", { enabled: true });
    await page.send("Browser.grantPermissions", {
      permissions: ["clipboardReadWrite", "clipboardSanitizedWrite"],
    });
  });
  after(async () => {
    await page?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const urlOf = (name: string) => pathToFileURL(join(folder, `${name}.html`)).href;
  const size = (width: number, height: number) =>
    page.send("Emulation.setDeviceMetricsOverride", {
      ...{ width, height, deviceScaleFactor: 1, mobile: width < 500 },
    });

  for (const name of Object.keys(REPORTS)) {
    for (const scheme of ["light", "dark"])
      it(`${name}: every text has contrast in ${scheme}`, async () => {
        const features = [{ name: "prefers-color-scheme", value: scheme }];
        await page.send("Emulation.setEmulatedMedia", { features });
        await page.open(urlOf(name));
        const back = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
        assert.equal(back, scheme === "dark" ? "rgb(13, 17, 23)" : "rgb(255, 255, 255)");
        assert.deepEqual(await page.evaluate(LOW_CONTRAST), []);
      });

    for (const width of [320, 360, 1280])
      it(`${name}: ${width} pixels wide, it does not scroll sideways`, async () => {
        await size(width, 740);
        await page.open(urlOf(name));
        // Not its equal: a desktop's scroll bar takes some of the width.
        assert.ok((await page.evaluate<number>("document.documentElement.scrollWidth")) <= width);
      });
  }

  it("the keyboard reaches each copy button, shows where it is, and Enter copies the command", async () => {
    await size(1280, 740);
    await page.open(urlOf("dirty"));
    const commands = (REPORTS.dirty?.next ?? []).flatMap(({ command }) => command ?? []);
    assert.ok(commands.length > 1);
    const copied: string[] = [];
    for (let tabs = 0; tabs < 40 && copied.length < commands.length; tabs++) {
      await page.press("Tab");
      const at = await page.evaluate<{ tag: string; outline: string }>(
        "({ tag: document.activeElement.tagName, outline: getComputedStyle(document.activeElement).outlineWidth })",
      );
      assert.equal(at.outline, "3px", at.tag);
      if (at.tag !== "BUTTON") continue;
      await page.press("Enter");
      copied.push(await page.evaluate<string>("navigator.clipboard.readText()"));
      assert.equal(await page.evaluate("document.activeElement.textContent"), "Copied");
    }
    assert.deepEqual(copied, commands);
  });

  it("500 files are all there, in a time line that scrolls by itself", async () => {
    await size(1280, 740);
    await page.open(urlOf("many"));
    const text = await page.evaluate<string>("document.querySelector('.timeline').textContent");
    for (const { name } of MANY) assert.ok(text.includes(name), name);
    assert.ok((await page.evaluate<number>("document.querySelector('.timeline').clientHeight")) <= 740);
  });

  it("without JavaScript only the buttons are missing", async () => {
    await page.send("Emulation.setScriptExecutionDisabled", { value: true });
    await page.open(urlOf("dirty"));
    const { root } = (await page.send("DOM.getDocument", { depth: -1 })) as { root: { nodeId: number } };
    const { outerHTML } = await page.send("DOM.getOuterHTML", { nodeId: root.nodeId });
    await page.send("Emulation.setScriptExecutionDisabled", { value: false });
    assert.doesNotMatch(String(outerHTML), /<button/);
    for (const { command } of REPORTS.dirty?.next ?? [])
      if (command !== null) assert.ok(String(outerHTML).includes(command), command);
  });

  it("asked for nothing but itself", () => {
    assert.ok(page.requested.length > 10);
    assert.deepEqual(
      page.requested.filter((url) => !url.startsWith("file://")),
      [],
    );
  });
});

it("a machine that has no Chromium and cannot install it fails with what to install", async () => {
  const machine = { ...thisMachine(), isRoot: false, which: () => [] };
  await assert.rejects(
    findChromium(machine),
    new LabError(
      "This machine has no Chromium; install Debian's package chromium, or run as root on Debian.",
    ),
  );
});
