/** What the bench and the soak rest on: the proxy's counts and faults, medians, and a random that repeats. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { figureTable, median } from "../../bench/figures.ts";
import { callFigures, measureCalls } from "../../bench/measure/calls.ts";
import { imageFigures } from "../../bench/measure/image.ts";
import { verdictFigures } from "../../bench/measure/verdict.ts";
import { type Fault, startProxy } from "../../bench/proxy.ts";
import { randomFrom } from "../../bench/random.ts";

/** A proxy in front of a server that echoes; `carriedOut` counts what reached the server. */
async function proxied(t: TestContext) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? "");
    response.writeHead(200, { "content-type": "text/plain" }).end("done");
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const proxy = await startProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(async () => {
    await proxy.stop();
    server.closeAllConnections();
    server.close();
  });
  const call = (target: string) =>
    fetch(proxy.url, { method: "POST", body: "{}", headers: { "x-amz-target": target } });
  return { seen, proxy, call };
}

test("the proxy counts a call by its operation, in the JSON protocol and in CBOR's", async (t) => {
  const { proxy, call } = await proxied(t);
  assert.equal(await (await call("AmazonEC2ContainerServiceV20141113.DescribeTasks")).text(), "done");
  await fetch(`${proxy.url}/service/Logs_20140328/operation/GetLogEvents`, { method: "POST" });
  assert.deepEqual(
    proxy.calls.map(({ name }) => name),
    ["DescribeTasks", "GetLogEvents"],
  );
});

for (const [fault, status, type] of [
  ["throttle", 400, "ThrottlingException"],
  ["serverError", 503, "ServiceUnavailableException"],
] as const) {
  test(`${fault} answers ${status} and carries nothing out`, async (t) => {
    const { proxy, call, seen } = await proxied(t);
    proxy.inject(() => fault);
    const answer = await call("X.RunTask");
    assert.equal(answer.status, status);
    assert.equal(((await answer.json()) as { __type: string }).__type, type);
    assert.deepEqual(seen, []);
  });
}

for (const [fault, carriedOut] of [
  ["lost", 1],
  ["reset", 0],
] as readonly (readonly [Fault, number])[]) {
  test(`${fault} breaks the connection after ${carriedOut} calls were carried out`, async (t) => {
    const { proxy, call, seen } = await proxied(t);
    proxy.inject(() => fault);
    await assert.rejects(call("X.RunTask"), TypeError);
    assert.equal(seen.length, carriedOut);
    proxy.inject(undefined);
    assert.equal((await call("X.RunTask")).status, 200);
    assert.equal(proxy.calls.length, 2);
  });
}

test("a call is under way until it is carried out", async (t) => {
  const { proxy, call } = await proxied(t);
  assert.equal(proxy.underWay, 0);
  const during: number[] = [];
  proxy.inject(() => {
    during.push(proxy.underWay);
    return undefined;
  });
  await Promise.all([call("X.RunTask"), call("X.RunTask")]);
  assert.equal(Math.max(...during) >= 1, true);
  while (proxy.underWay > 0) await new Promise((resolve) => setImmediate(resolve));
});

test("a median of an odd and an even number of samples, and of none", () => {
  assert.equal(median([30, 10, 20]), 20);
  assert.equal(median([40, 10, 20, 30]), 25);
  assert.throws(() => median([]), RangeError);
});

test("a figure at its goal is met, one over it is not", () => {
  const at = { seconds: 5, calls: {}, lateMs: { "ecs-migrate": [100], "aws ecs wait": [1000], limit: [80] } };
  assert.deepEqual(
    verdictFigures(at).map(({ met }) => met),
    [true, true],
  );
  const over = { ...at, lateMs: { ...at.lateMs, "ecs-migrate": [105] } };
  assert.deepEqual(
    verdictFigures(over).map(({ met }) => met),
    [false, false],
  );
  const layer = (digest: string, size: number) => ({ digest, size });
  const weights = { migrationBytes: 10e6, binaryBytes: 9e6 };
  const image = imageFigures({
    before: [layer("a", 1)],
    after: [layer("a", 1), layer("b", 9e5)],
    ...weights,
  });
  assert.deepEqual(
    image.map(({ met }) => met),
    [true, false],
  );
  assert.match(figureTable(image), /\| push after a change to one SQL file \| 1 of 2 layers, 900\.0 kB \|/);
});

test("lines show within 2 s, and ten minutes take at most 720 calls", async () => {
  const samples = await measureCalls();
  const [calls, lines] = callFigures(samples);
  assert.equal(lines?.met, true, lines?.measured);
  const { describeTasks = 0, getLogEvents = 0 } = samples.calls;
  assert.equal(describeTasks + getLogEvents <= 720, true, calls?.measured);
});

test("the same seed gives the same numbers, another seed others", () => {
  const numbers = (seed: number) => {
    const random = randomFrom(seed);
    return Array.from({ length: 5 }, () => random.next());
  };
  assert.deepEqual(numbers(7), numbers(7));
  assert.notDeepEqual(numbers(7), numbers(8));
  assert.equal(
    numbers(7).every((number) => number >= 0 && number < 1),
    true,
  );
});
