/** AWS's own words, each to exactly one row of the tables of reasons. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  causesInText,
  INTERRUPT_CAUSES,
  type InterruptCause,
} from "../../../automation/verdict/interruptCauses.ts";
import {
  matchingReasons,
  mayFindRoom,
  NOT_STARTED_REASONS,
  type NotStartedReason,
} from "../../../automation/verdict/notStartedReasons.ts";
import { deniedCall } from "../../../automation/verdict/reason.ts";
import { REQUEST_TEXTS } from "../../support/awsTexts/requests.ts";
import { START_TEXTS } from "../../support/awsTexts/starts.ts";
import { cpuMs } from "../../support/cpuTime.ts";

const AWS_TEXTS = [...REQUEST_TEXTS, ...START_TEXTS];

const names = Object.keys(NOT_STARTED_REASONS) as NotStartedReason[];

describe("each text of AWS leads to exactly one reason", () => {
  for (const { reason, text, source } of AWS_TEXTS) {
    test(`${reason}: ${text.slice(0, 90)} (${source})`, () =>
      assert.deepEqual(matchingReasons(text), [reason]));
  }
});

describe("each row has its own words and its own example", () => {
  for (const name of names) {
    test(name, () => {
      const { pattern, example, short, sentence, fix } = NOT_STARTED_REASONS[name];
      assert.equal(pattern === null, example === null, "a pattern has a text that shows it");
      if (example !== null) assert.deepEqual(matchingReasons(example), [name]);
      assert.ok(short.length > 0 && short.length <= 30, short);
      if (typeof sentence === "string") assert.match(sentence, /^[A-Z`].*\.$/);
      if (typeof fix === "string") assert.match(fix, /^[A-Z].*\.$/);
    });
  }

  test("no two rows say the same", () => {
    const shorts = names.map((name) => NOT_STARTED_REASONS[name].short);
    assert.deepEqual(shorts, [...new Set(shorts)]);
  });

  test("every row with a pattern has a text in awsTexts/", () => {
    const shown = new Set(AWS_TEXTS.map(({ reason }) => reason));
    assert.deepEqual(
      names.filter((name) => NOT_STARTED_REASONS[name].pattern !== null && !shown.has(name)),
      [],
    );
  });
});

describe("denied is never anything else", () => {
  test("whatever was denied, on whatever resource", () => {
    for (const action of ["ssm:GetParameters", "logs:CreateLogStream", "ecr:BatchGetImage", "kms:Decrypt"])
      for (const before of [
        "RESOURCE:",
        "CannotPullContainerError: ",
        "unable to pull secrets or registry auth: ",
        "",
      ]) {
        const text = `${before}User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: ${action} on resource: arn:aws:x:capacity-ENI`;
        assert.deepEqual(matchingReasons(text), ["denied"], text);
        assert.equal(mayFindRoom("denied"), false);
      }
  });

  test("names action, resource and role", () => {
    const { sentence, fix } = NOT_STARTED_REASONS.denied;
    const text = NOT_STARTED_REASONS.denied.example ?? "";
    assert.deepEqual(deniedCall(text), {
      action: "ssm:GetParameters",
      resource: "arn:aws:ssm:ap-northeast-2:123456789012:parameter/JobSyncHub/email/AWS_SES_SENDER",
      principal: "role ecsTaskExecutionRole",
    });
    assert.ok(typeof sentence === "function" && typeof fix === "function");
    assert.equal(
      sentence(text),
      "AWS denied the call ssm:GetParameters on arn:aws:ssm:ap-northeast-2:123456789012:parameter/JobSyncHub/email/AWS_SES_SENDER to role ecsTaskExecutionRole.",
    );
  });

  test("a text without the call is still a sentence", () => {
    const { sentence } = NOT_STARTED_REASONS.denied;
    assert.ok(typeof sentence === "function");
    assert.equal(sentence("AccessDeniedException: no"), "AWS denied a call.");
  });
});

test("the patterns are linear: 80 KB of anything takes less than 50 ms", () => {
  for (const unit of [" ", "\n", "a", "CannotPull ", "secret ", "retrieved ", "RESOURCE:"]) {
    const text = unit.repeat(Math.ceil(80_000 / unit.length));
    const ms = cpuMs(() => matchingReasons(text));
    assert.ok(ms < 50, `${JSON.stringify(unit)}: ${ms} ms`);
  }
});

test("what ECS says of an interruption leads to one cause", () => {
  const texts: [InterruptCause, string, source: string][] = [
    [
      "outOfMemory",
      "OutOfMemoryError: Container killed due to memory usage",
      "Developer Guide, out-of-memory.html",
    ],
    ["spot", "Your Spot Task was interrupted.", "Developer Guide, fargate-capacity-providers.html"],
    [
      "host",
      "ECS is performing maintenance on the underlying infrastructure hosting the task",
      "Developer Guide, task-maintenance.html",
    ],
    [
      "host",
      "Host EC2 (instance i-1234567890abcdef) terminated.",
      "stopped reason in apache/airflow's tests",
    ],
    ["stopTask", "Task stopped by user", "API Reference, StopTask"],
  ];
  for (const [cause, text] of texts) assert.deepEqual(causesInText(text), [cause], text);
  for (const [cause, { example }] of Object.entries(INTERRUPT_CAUSES))
    if (example !== null) assert.deepEqual(causesInText(example), [cause]);
});
