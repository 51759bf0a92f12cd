/**
 * Every printed `aws` line with AWS CLI version 2, from Debian's package: which call it makes, with what. Version 1 carries
 * the same lines out in firstWeek.test.ts. Nothing of the lab is needed: a server of this test notes the call.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { before, describe, it, type TestContext } from "node:test";
import { rollbackSteps } from "../../automation/report/rollback.ts";
import { type ServiceReport, serviceSteps } from "../../automation/report/services.ts";
import { putParameter } from "../../automation/text/commandLine.ts";
import { printedLines } from "../support/printedLines.ts";
import { temporaryHome } from "../support/runFixture.ts";
import { tryCommand } from "./command.ts";
import { aptInstall, thisMachine } from "./machine.ts";

const CHECKOUT = resolve(import.meta.dirname, "..", "..");
const FAILED: ServiceReport = {
  ...{ cluster: "shop", service: "web", kind: "failed", detail: null, durationMs: 0 },
  taskDefinition: "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:2",
};
const KEY = "0e1d2c3b-4a59-6877-8695-a4b3c2d1e0f0";
const SECRET = "https://hooks.slack.com/services/T0/B0/x";

/** From the sources of messages that no function gives alone. */
const IN_MESSAGES = [
  "aws ecs list-task-definitions --family-prefix web --sort DESC",
  `aws kms create-alias --alias-name alias/shop-stage-state --target-key-id ${KEY}`,
];

const LINES = [
  ...[...printedLines().keys()].filter((line) => /^(printf .*\| )?aws /.test(line)),
  ...[...serviceSteps([FAILED], "stage"), ...rollbackSteps([FAILED], "stage")].flatMap(({ command }) =>
    command?.startsWith("aws ") ? [command] : [],
  ),
  putParameter("/shop/stage/slack-webhook", SECRET),
  ...IN_MESSAGES,
];

/** Debian 12 has 2.9.19 of January 2023. Source: aws-sdk-go, release 1.44.208 of 2023-02-23, service/ecs. */
const NEWER: Readonly<Record<string, string>> = {
  "delete-task-definitions": "ECS has it since February 2023",
};

interface Call {
  readonly target: string;
  readonly body: unknown;
}

describe("AWS CLI 2", () => {
  let aws = "";

  before(async () => {
    const machine = thisMachine();
    const find = async () => {
      for (const path of machine.which("aws"))
        if (/^aws-cli\/2\./.test((await tryCommand(path, ["--version"])).stdout)) return path;
      return "";
    };
    aws = await find();
    if (aws === "" && (await aptInstall(machine, ["awscli"]))) aws = await find();
    assert.notEqual(aws, "", "install AWS CLI 2 (Debian: apt-get install awscli)");
  });

  /** Runs a line in a shell, and gives the one call that it made. */
  async function callOf(t: TestContext, line: string): Promise<Call> {
    const calls: Call[] = [];
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        calls.push({ target: String(request.headers["x-amz-target"]), body: JSON.parse(body) });
        response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end("{}");
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    t.after(() => server.close());
    const home = await temporaryHome(t);
    symlinkSync(aws, join(home, "aws"));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const command = line.replace(/(^|\| )aws /, `$1aws --endpoint-url ${endpoint} `);
    const result = await tryCommand("sh", ["-c", command], {
      env: {
        ...{ HOME: home, PATH: `${home}:${process.env.PATH}`, AWS_REGION: "eu-west-1" },
        ...{ AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "x", AWS_EC2_METADATA_DISABLED: "true" },
      },
    });
    const [, operation = ""] = /Invalid choice: '([^']*)'/.exec(result.stderr) ?? [];
    if (NEWER[operation] !== undefined) return { target: operation.replaceAll("-", ""), body: null };
    assert.equal(result.code, 0, `${line}\n${result.stderr}`);
    const [call] = calls;
    assert.ok(call && calls.length === 1, `${line}: ${calls.length} calls`);
    return { target: call.target.replace(/^.*\./, ""), body: call.body };
  }

  it("takes each printed line, and makes the call that it names", async (t) => {
    assert.ok(LINES.length >= 9, LINES.join("\n"));
    for (const line of new Set(LINES)) {
      const filled = line.replace(/<stateKeyArn [^>]*>/, KEY).replace(/<application>/, "shop");
      const operation = /aws \w+ ([a-z-]+)/.exec(line)?.[1] ?? "";
      const { target } = await callOf(t, filled);
      assert.equal(target.toLowerCase(), operation.replaceAll("-", ""), line);
    }
  });

  it("stores a URL as it is, and does not fetch it", async (t) => {
    const { body } = await callOf(t, putParameter("/shop/stage/slack-webhook", SECRET));
    assert.deepEqual(body, { Name: "/shop/stage/slack-webhook", Value: SECRET, Type: "SecureString" });
  });

  it("every `aws` line in the sources and documents is among them", () => {
    const files = ["automation", "infra", "docs"].flatMap((folder) =>
      readdirSync(join(CHECKOUT, folder), { recursive: true, encoding: "utf8" }).map((file) =>
        join(folder, file),
      ),
    );
    const printed = [...files, "README.md", "app/README.md"]
      .filter((file) => /\.(ts|md)$/.test(file))
      .flatMap((file) => [
        ...readFileSync(join(CHECKOUT, file), "utf8").matchAll(
          /\baws (ecs|ssm|kms|s3|logs|iam|sts) ([a-z-]+) --/g,
        ),
      ]);
    const run = LINES.join("\n");
    for (const [, service, operation] of printed)
      assert.ok(run.includes(`aws ${service} ${operation} `), `aws ${service} ${operation}`);
  });
});
