import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { slackUrl } from "../../../../automation/notify/slack/webhookUrl.ts";
import { sampleOutputs } from "../../../support/sampleOutputs.ts";

const URL_IN_PARAMETER = "https://hooks.slack.com/services/T0/B0/s3cret";

/** A local SSM that has every parameter but `/none`. */
async function serve(context: TestContext): Promise<unknown[]> {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    const { Name } = JSON.parse(await text(request));
    asked.push(Name);
    const none = Name === "/none";
    response.writeHead(none ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
    response.end(
      JSON.stringify(none ? { __type: "ParameterNotFound" } : { Parameter: { Value: URL_IN_PARAMETER } }),
    );
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  });
  context.after(() => {
    process.env = before;
    server.closeAllConnections();
    server.close();
  });
  return asked;
}

function environment(env: NodeJS.ProcessEnv) {
  const secrets: string[] = [];
  const warnings: string[] = [];
  return {
    context: {
      env,
      keepSecret: (secret: string) => secrets.push(secret),
      terminal: { warn: (line: string) => warnings.push(line) },
    },
    secrets,
    warnings,
  };
}

test("the parameter that the outputs name, and its value is masked from then on", async (context) => {
  const asked = await serve(context);
  const { context: given, secrets } = environment({ SLACK_WEBHOOK_PARAMETER: "/other" });
  const outputs = sampleOutputs({ slackWebhookParameter: "/stage/slack-webhook" });
  assert.equal(await slackUrl(given, outputs), URL_IN_PARAMETER);
  assert.deepEqual([asked, secrets], [["/stage/slack-webhook"], [URL_IN_PARAMETER]]);
});

test("a first deploy that fails before there are outputs: the parameter that the build names", async (context) => {
  const asked = await serve(context);
  const env = { SLACK_WEBHOOK_PARAMETER: "/stage/slack-webhook", AWS_REGION: "ap-northeast-1" };
  assert.equal(await slackUrl(environment(env).context, undefined), URL_IN_PARAMETER);
  assert.deepEqual(asked, ["/stage/slack-webhook"]);
});

test("a parameter that does not exist is a warning, and the deploy goes on", async (context) => {
  await serve(context);
  const { context: given, warnings } = environment({});
  assert.equal(await slackUrl(given, sampleOutputs({ slackWebhookParameter: "/none" })), undefined);
  assert.equal(warnings.length, 1);
});

test("neither outputs nor a name: no Slack, and nothing is asked", async (context) => {
  const asked = await serve(context);
  assert.equal(await slackUrl(environment({}).context, undefined), undefined);
  assert.deepEqual(asked, []);
});
