/** The doctor's calls with the real SDK, against a server that answers as AWS documents it. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { connectDoctor } from "../../../automation/doctor/aws.ts";

/** A server that gives the pages one after the other. @returns the bodies that it got */
async function pages(t: TestContext, answers: readonly object[]): Promise<object[]> {
  const asked: object[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    const answer = answers[asked.length] ?? {};
    asked.push(JSON.parse(body) as object);
    response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(answer));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const before = process.env;
  process.env = {
    ...before,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
  t.after(() => {
    process.env = before;
    server.closeAllConnections();
    server.close();
  });
  return asked;
}

const FILTER = { ParameterFilters: [{ Key: "Name", Option: "Equals", Values: ["/shop/stage/migration"] }] };
const doctor = () => connectDoctor({ region: "eu-west-1", accountId: "123456789012" });

test("a parameter on the second page is found: the first is empty and has a token", async (t) => {
  const asked = await pages(t, [
    { Parameters: [], NextToken: "more" },
    { Parameters: [{ Name: "/shop/stage/migration", Type: "SecureString" }] },
  ]);
  assert.equal(await doctor().parameterType("/shop/stage/migration"), "SecureString");
  assert.deepEqual(asked, [FILTER, { ...FILTER, NextToken: "more" }]);
});

test("a parameter that no page has is none, also where another's name begins with its own", async (t) => {
  await pages(t, [
    { Parameters: [{ Name: "/shop/stage/migration-old", Type: "String" }], NextToken: "more" },
  ]);
  assert.equal(await doctor().parameterType("/shop/stage/migration"), undefined);
});
