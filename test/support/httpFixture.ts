/** A {@link RunFixture} whose AWS calls go through the real SDK clients to the model behind a socket. */
import { connectEcs, connectLogs, type EcsApi, type LogsApi } from "../../automation/aws/clients.ts";
import type { RunDeps } from "../../automation/run/runOperation.ts";
import { AwsServer } from "./awsServer.ts";
import { FakeAws } from "./fakeAws.ts";
import { RunFixture, temporaryHome } from "./runFixture.ts";

// The SDK looks for credentials in the environment first; without these it would look further.
process.env.AWS_ACCESS_KEY_ID = "AKIAIOSFODNN7EXAMPLE";
process.env.AWS_SECRET_ACCESS_KEY = "test";

/**
 * A call that hangs is given up after so long, in milliseconds. It is real time, so it is far longer than a slow machine
 * takes for an answer.
 */
const REQUEST_TIMEOUT_MS = 3_000;

export async function connectTo(
  server: AwsServer,
  process = "main",
  maxAttempts = 1,
): Promise<{ ecs: EcsApi; logs: LogsApi }> {
  const options = { endpoint: server.endpoint(process), requestTimeoutMs: REQUEST_TIMEOUT_MS, maxAttempts };
  return { ecs: await connectEcs("eu-west-1", options), logs: await connectLogs("eu-west-1", options) };
}

export class HttpFixture extends RunFixture {
  readonly server: AwsServer;
  clients: { ecs: EcsApi; logs: LogsApi } | undefined;

  constructor(home: string, aws = new FakeAws(), server = new AwsServer(aws)) {
    super(home, aws);
    this.server = server;
  }

  override deps(): RunDeps {
    return { ...super.deps(), ...this.clients };
  }
}

/** @param maxAttempts the SDK's own, for calls that only read */
export async function httpFixture(
  t: Parameters<typeof temporaryHome>[0],
  maxAttempts = 1,
): Promise<HttpFixture> {
  const fixture = new HttpFixture(await temporaryHome(t));
  await fixture.server.start();
  t.after(() => fixture.server.close());
  fixture.clients = await connectTo(fixture.server, "main", maxAttempts);
  return fixture;
}
