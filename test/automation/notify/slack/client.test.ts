import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import {
  retryAfterMs,
  type SlackOptions,
  sendToSlack,
  urlProblem,
} from "../../../../automation/notify/slack/client.ts";
import { slackMessage } from "../../../../automation/notify/slack/runMessage.ts";
import { reportOf } from "../../../support/reportSamples.ts";
import { APPLIED } from "../../../support/verdictSamples.ts";

const URL_OF_HOOK = "https://hooks.slack.com/services/T000/B000/s3cr3ts3cr3t";
const MESSAGE = slackMessage(reportOf(APPLIED));

type Answer = { status: number; body?: string; headers?: Record<string, string> } | Error;

/** A Slack that gives the answers in turn, the last one for ever, and a clock that only sleeping moves. */
function fakeSlack(...answers: Answer[]) {
  const sent: { url: string; body: Record<string, unknown> }[] = [];
  const slept: number[] = [];
  let now = 1_000_000;
  const options: SlackOptions = {
    url: URL_OF_HOOK,
    message: MESSAGE,
    fetch: async (url, init) => {
      sent.push({ url: String(url), body: JSON.parse(String(init?.body)) });
      const answer = answers[Math.min(sent.length, answers.length) - 1] as Answer;
      if (answer instanceof Error) throw answer;
      return new Response(answer.body ?? "ok", { status: answer.status, headers: answer.headers ?? {} });
    },
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
    now: () => now,
  };
  return { options, sent, slept };
}

async function warningOf(options: SlackOptions): Promise<string> {
  const answer = await sendToSlack(options);
  assert.equal(answer.sent, false);
  const { warning } = answer as { warning: string };
  assert.match(warning, /^Slack was not notified\. .*\.$/);
  assert.ok(!warning.includes("s3cr3t") && !warning.includes("/services/"), warning);
  return warning;
}

test("sends the message once, as it is", async () => {
  const { options, sent, slept } = fakeSlack({ status: 200 });
  assert.deepEqual(await sendToSlack(options), { sent: true });
  assert.deepEqual(sent, [{ url: URL_OF_HOOK, body: JSON.parse(JSON.stringify(MESSAGE)) }]);
  assert.deepEqual(slept, []);
});

describe("tries again what may pass", () => {
  test("a 429 after the seconds of Retry-After", async () => {
    const { options, sent, slept } = fakeSlack(
      { status: 429, headers: { "retry-after": "7" } },
      { status: 200 },
    );
    assert.deepEqual(await sendToSlack(options), { sent: true });
    assert.deepEqual(slept, [7000]);
    assert.equal(sent.length, 2);
  });

  test("a 429 without Retry-After, a 5xx and a lost connection after growing pauses", async () => {
    const lost = new TypeError("fetch failed", { cause: { code: "ECONNRESET" } });
    const { options, slept } = fakeSlack({ status: 429 }, { status: 503 }, lost, { status: 200 });
    assert.deepEqual(await sendToSlack(options), { sent: true });
    assert.deepEqual(slept, [500, 1000, 2000]);
  });

  test("a Retry-After longer than 30 s is not waited for", async () => {
    const { options, slept } = fakeSlack({ status: 429, headers: { "retry-after": "60" } });
    const warning = await warningOf(options);
    assert.equal(
      warning,
      "Slack was not notified. Slack takes no more messages at the moment (429, for 60 s); gave up after 1 try.",
    );
    assert.deepEqual(slept, []);
  });

  test("30 s in all, whatever each answer asks for", async () => {
    const { options, slept } = fakeSlack({ status: 429, headers: { "retry-after": "14" } });
    assert.match(await warningOf(options), /gave up after 3 tries\.$/);
    assert.deepEqual(slept, [14_000, 14_000]);
  });

  test("four times at most", async () => {
    const { options, sent } = fakeSlack({ status: 500, body: "rollup_error" });
    assert.equal(
      await warningOf(options),
      "Slack was not notified. Slack answered 500; gave up after 4 tries.",
    );
    assert.equal(sent.length, 4);
  });

  test("a request without an answer, told by its code", async () => {
    const { options } = fakeSlack(
      new TypeError(`fetch failed: ${URL_OF_HOOK}`, { cause: { code: "ENOTFOUND" } }),
    );
    assert.match(
      await warningOf({ ...options, attempts: 1 }),
      /No answer from Slack \(ENOTFOUND\); gave up after 1 try\.$/,
    );
    const slow = fakeSlack(new DOMException("The operation timed out", "TimeoutError"));
    assert.match(await warningOf(slow.options), /No answer from Slack \(timeout\); gave up after 4 tries\.$/);
  });
});

describe("a refusal is told apart, with its fix, and not tried again", () => {
  const refusals: [status: number, word: string, fix: RegExp][] = [
    [403, "invalid_token", /make a new one/],
    [404, "no_service", /removed or disabled/],
    [404, "no_active_hooks", /enable it/],
    [404, "channel_not_found", /was deleted/],
    [410, "channel_is_archived", /Unarchive/],
    [403, "action_prohibited", /administrator/],
    [404, "no_team", /workspace/],
  ];
  for (const [status, word, fix] of refusals) {
    test(word, async () => {
      const { options, sent } = fakeSlack({ status, body: `${word}\n` });
      const warning = await warningOf(options);
      assert.ok(warning.includes(`Slack answered ${status} ${word}. `), warning);
      assert.match(warning, fix);
      assert.equal(sent.length, 1);
    });
  }

  test("a proxy's page is not repeated", async () => {
    const { options } = fakeSlack({ status: 407, body: `<html>${URL_OF_HOOK}</html>` });
    assert.equal(
      await warningOf(options),
      "Slack was not notified. Slack answered 407. Check the webhook's URL and that its app is still installed.",
    );
  });
});

test("blocks that Slack does not take: the verdict goes as text", async () => {
  const { options, sent } = fakeSlack({ status: 400, body: "invalid_blocks" }, { status: 200 });
  assert.deepEqual(await sendToSlack(options), { sent: true });
  assert.deepEqual(sent[1]?.body, { text: MESSAGE.text });
});

test("text that Slack does not take either is a warning", async () => {
  const { options, sent } = fakeSlack({ status: 400, body: "invalid_payload" });
  assert.match(await warningOf(options), /400 invalid_payload\. /);
  assert.equal(sent.length, 2);
});

describe("the URL", () => {
  test("is https, or http on this machine", () => {
    for (const url of [URL_OF_HOOK, "http://127.0.0.1:8080/hook", "http://localhost:1/", "http://[::1]:1/"])
      assert.equal(urlProblem(url), null, url);
    for (const url of [
      "",
      "hooks.slack.com/x",
      "http://hooks.slack.com/x",
      "file:///x",
      "https://a:b@hooks.slack.com/",
      "http://127.0.0.1.evil.example/",
    ])
      assert.notEqual(urlProblem(url), null, url);
  });

  test("a wrong one is never asked for, and never shown", async () => {
    const { options, sent } = fakeSlack({ status: 200 });
    const warning = await warningOf({ ...options, url: "http://example.com/services/s3cr3t" });
    assert.equal(warning, "Slack was not notified. The webhook's URL must begin with https://.");
    assert.equal(sent.length, 0);
  });
});

test("retryAfterMs reads seconds and dates", () => {
  const now = Date.parse("2026-11-24T08:00:00Z");
  assert.equal(retryAfterMs("3", now), 3000);
  assert.equal(retryAfterMs("Tue, 24 Nov 2026 08:00:05 GMT", now), 5000);
  assert.equal(retryAfterMs("Tue, 24 Nov 2026 07:00:00 GMT", now), 0);
  for (const none of [null, "", "soon"]) assert.equal(retryAfterMs(none, now), undefined);
});

test("over a real connection, with the library's own fetch", async () => {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      bodies.push(body);
      const busy = bodies.length === 1;
      response.writeHead(busy ? 429 : 200, busy ? { "retry-after": "2" } : {}).end(busy ? "" : "ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const slept: number[] = [];
  try {
    const { port } = server.address() as AddressInfo;
    const answer = await sendToSlack({
      url: `http://127.0.0.1:${port}/services/x`,
      message: MESSAGE,
      sleep: async (ms) => void slept.push(ms),
    });
    assert.deepEqual(answer, { sent: true });
    assert.deepEqual(slept, [2000]);
    assert.deepEqual(
      bodies.map((body) => JSON.parse(body)),
      [MESSAGE, MESSAGE],
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('a proxy\'s page with 200 is not "sent" (L21)', async () => {
  for (const body of ["<html>Sign in</html>", "", "OK", "no_text"]) {
    const { options, sent } = fakeSlack({ status: 200, body });
    const answer = await sendToSlack(options);
    assert.equal(answer.sent, false, body);
    assert.match(
      answer.sent ? "" : answer.warning,
      /^Slack was not notified\. Something else than Slack answered 200/,
    );
    assert.equal(sent.length, 1, "not tried again");
  }
});
