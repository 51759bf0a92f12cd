import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type SlackReceiver, startSlackReceiver } from "./receiver.ts";
import { renderSlackMessage } from "./render.ts";

async function receiver(context: TestContext): Promise<SlackReceiver> {
  const slack = await startSlackReceiver();
  context.after(() => slack.stop());
  return slack;
}

async function post(slack: SlackReceiver, body: string, signal?: AbortSignal) {
  const response = await fetch(slack.url, { method: "POST", body, ...(signal && { signal }) });
  return {
    status: response.status,
    text: await response.text(),
    retryAfter: response.headers.get("retry-after"),
  };
}

test("keeps what is posted and answers ok", async (context) => {
  const slack = await receiver(context);
  assert.deepEqual(await post(slack, '{"text":"a"}'), { status: 200, text: "ok", retryAfter: null });
  await post(slack, '{"blocks":[]}');
  assert.deepEqual(slack.messages, [{ text: "a" }, { blocks: [] }]);
});

test("refuses what Slack refuses, and keeps none of it", async (context) => {
  const slack = await receiver(context);
  assert.deepEqual(await post(slack, "not json"), { status: 400, text: "invalid_payload", retryAfter: null });
  assert.deepEqual(await post(slack, "[]"), { status: 400, text: "invalid_payload", retryAfter: null });
  assert.deepEqual(await post(slack, "{}"), { status: 400, text: "no_text", retryAfter: null });
  assert.deepEqual(slack.messages, []);
  assert.equal(slack.requests, 3);
});

test("answers the next requests as told, then well again", async (context) => {
  const slack = await receiver(context);
  slack.behave(
    { kind: "rateLimited", retryAfterSeconds: 3 },
    { kind: "error", status: 500, body: "" },
    { kind: "error", status: 404, body: "no_service" },
  );
  const body = '{"text":"a"}';
  assert.deepEqual(await post(slack, body), { status: 429, text: "rate_limited", retryAfter: "3" });
  assert.equal((await post(slack, body)).status, 500);
  assert.deepEqual(await post(slack, body), { status: 404, text: "no_service", retryAfter: null });
  assert.equal((await post(slack, body)).status, 200);
  assert.equal(slack.messages.length, 1);
});

test("hangs, and stops all the same", async () => {
  const slack = await startSlackReceiver();
  slack.behave({ kind: "hang" });
  const hanging = assert.rejects(post(slack, '{"text":"a"}'), TypeError);
  while (slack.requests === 0) await new Promise((resolve) => setImmediate(resolve));
  await slack.stop();
  await hanging;
});

test("takes a message late, even where the sender is gone", async (context) => {
  const due: { work: () => void; ms: number }[] = [];
  const slack = await startSlackReceiver(0, (work, ms) => void due.push({ work, ms }));
  context.after(() => slack.stop());
  slack.behave({ kind: "late", ms: 5_000 }, { kind: "late", ms: 9_000 });
  const waiting = post(slack, '{"text":"a"}');
  const gone = new AbortController();
  const given = assert.rejects(post(slack, '{"text":"b"}', gone.signal));
  while (due.length < 2) await new Promise((resolve) => setImmediate(resolve));
  gone.abort();
  await given;
  assert.deepEqual([due.map(({ ms }) => ms).sort(), slack.messages], [[5_000, 9_000], []]);
  for (const { work } of due) work();
  assert.equal((await waiting).text, "ok");
  assert.deepEqual(slack.messages.length, 2);
});

test("is well at once when it recovers", async (context) => {
  const slack = await receiver(context);
  slack.behave({ kind: "hang" }, { kind: "hang" });
  slack.recover();
  assert.equal((await post(slack, '{"text":"a"}')).status, 200);
});

test("a message is shown as a person sees it", () => {
  const message = {
    text: "fallback",
    blocks: [
      { type: "header", text: { type: "plain_text", text: "Failed at 3" } },
      {
        type: "section",
        text: {
          type: "mrkdwn",
          text: "*shop* on `prod`: a &lt; b &amp;&amp; c\n```\nALTER  TABLE *x*;\n```",
        },
        fields: [{ type: "mrkdwn", text: "*From*\n2" }],
        accessory: {
          type: "button",
          text: { type: "plain_text", text: "Build" },
          url: "https://b.example/1",
        },
      },
      { type: "divider" },
      { type: "context", elements: [{ type: "mrkdwn", text: "by ada, <https://l.example/2|log stream>" }] },
      { type: "video" },
    ],
  };
  assert.equal(
    renderSlackMessage(message),
    [
      "  ┃ FAILED AT 3",
      "  ┃",
      "  ┃ shop on `prod`: a < b && c",
      "  ┃",
      "  ┃     ALTER  TABLE *x*;",
      "  ┃",
      "  ┃ From  2",
      "  ┃ [ Build ] https://b.example/1",
      `  ┃ ${"─".repeat(78)}`,
      "  ┃ by ada, log stream (https://l.example/2)",
      "  ┃ [video]",
    ].join("\n"),
  );
});

test("a message of text alone, and prose longer than a line", () => {
  assert.equal(renderSlackMessage({ text: "done" }), "  ┃ done");
  const shown = renderSlackMessage({ text: "word ".repeat(40).trim() }).split("\n");
  assert.equal(shown.length, 3);
  assert.ok(shown.every((line) => line.length <= 82));
});
