import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { CONFIG_KEYS } from "../../../infra/config/config.ts";

const CHECKOUT = join(import.meta.dirname, "..", "..", "..");

interface Key {
  readonly type: string;
  readonly default?: unknown;
  readonly description: string;
}

/** A table for each subject: the comments `# --- subject ---` of Pulumi.yaml, and the keys below them. */
function tables(yaml: string): string {
  const keys: Record<string, Key> = parse(yaml).config;
  const lines: string[] = [];
  for (const line of yaml.split("\n")) {
    const subject = /^ {2}# --- (.*?) -+$/.exec(line)?.[1];
    if (subject !== undefined)
      lines.push("", `### ${subject}`, "", "| key | type | default | what |", "| --- | --- | --- | --- |");
    const name = /^ {2}(\w+):$/.exec(line)?.[1];
    const key = name === undefined ? undefined : keys[name];
    if (key !== undefined) lines.push(row(name ?? "", key));
  }
  return lines.join("\n").trim();
}

function row(name: string, key: Key): string {
  const value = key.default === undefined ? "required" : `\`${JSON.stringify(key.default)}\``;
  return `| \`${name}\` | ${key.type} | ${value} | ${key.description.replaceAll("|", "\\|").replaceAll("<", "\\<")} |`;
}

const YAML = readFileSync(join(CHECKOUT, "Pulumi.yaml"), "utf8");

test("docs/infrastructure.md lists the keys of Pulumi.yaml as they are", () => {
  const page = readFileSync(join(CHECKOUT, "docs", "infrastructure.md"), "utf8");
  const listed = page.split("<!-- keys -->")[1]?.trim();
  assert.equal(listed, tables(YAML));
});

test("and those are the keys that the program reads", () => {
  const listed = [...tables(YAML).matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
  assert.deepEqual(listed, [...CONFIG_KEYS]);
});
