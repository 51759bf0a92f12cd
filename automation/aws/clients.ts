/**
 * The AWS calls that the script makes, as a short list of functions: what a fake has to answer in a test. The clients are
 * loaded when they are first asked for, since loading them takes longer than all else that a rerun does before its task.
 */
import { createRequire } from "node:module";
import type {
  FilterLogEventsCommandInput,
  FilterLogEventsCommandOutput,
  GetLogEventsCommandInput,
  GetLogEventsCommandOutput,
  StartLiveTailResponseStream,
} from "@aws-sdk/client-cloudwatch-logs";
import type {
  DescribeTaskDefinitionCommandInput,
  DescribeTaskDefinitionCommandOutput,
  DescribeTasksCommandInput,
  DescribeTasksCommandOutput,
  ListTaskDefinitionsCommandInput,
  ListTaskDefinitionsCommandOutput,
  ListTasksCommandInput,
  ListTasksCommandOutput,
  RunTaskCommandInput,
  RunTaskCommandOutput,
  StopTaskCommandInput,
  StopTaskCommandOutput,
} from "@aws-sdk/client-ecs";

/** With the time of the answer by AWS's clock, in milliseconds since the epoch: this machine's may be wrong. */
export type RunTaskAnswer = RunTaskCommandOutput & { readonly answeredAt?: number };

/** Each call ends with an AbortError when its signal aborts. */
export interface EcsApi {
  /** One request and no retry: after a lost answer only the caller knows what may be sent again. */
  runTask(input: RunTaskCommandInput, signal?: AbortSignal): Promise<RunTaskAnswer>;
  describeTasks(input: DescribeTasksCommandInput, signal?: AbortSignal): Promise<DescribeTasksCommandOutput>;
  listTasks(input: ListTasksCommandInput, signal?: AbortSignal): Promise<ListTasksCommandOutput>;
  stopTask(input: StopTaskCommandInput, signal?: AbortSignal): Promise<StopTaskCommandOutput>;
  describeTaskDefinition(
    input: DescribeTaskDefinitionCommandInput,
    signal?: AbortSignal,
  ): Promise<DescribeTaskDefinitionCommandOutput>;
  listTaskDefinitions(
    input: ListTaskDefinitionsCommandInput,
    signal?: AbortSignal,
  ): Promise<ListTaskDefinitionsCommandOutput>;
}

/** Each call ends with an AbortError when its signal aborts. */
export interface LogsApi {
  getLogEvents(input: GetLogEventsCommandInput, signal?: AbortSignal): Promise<GetLogEventsCommandOutput>;
  filterLogEvents(
    input: FilterLogEventsCommandInput,
    signal?: AbortSignal,
  ): Promise<FilterLogEventsCommandOutput>;
  /** Resolves when the session has begun. */
  startLiveTail: StartLiveTail;
}

/** Reads a parameter's decrypted value. */
interface ParametersApi {
  getParameter(name: string): Promise<string | undefined>;
}

/** The SDK is CommonJS, of which `import()` reads every file twice: 6 MiB and 0.1 s of CPU more in a rerun. */
const require = createRequire(import.meta.url);
const loadEcs = () => require("@aws-sdk/client-ecs") as typeof import("@aws-sdk/client-ecs");
const loadLogs = () =>
  require("@aws-sdk/client-cloudwatch-logs") as typeof import("@aws-sdk/client-cloudwatch-logs");

/** A call that hangs is a call that failed: RunTask is idempotent by its clientToken, all others only read. */
const REQUEST_TIMEOUT_MS = 20_000;

/** The SDK's own retries, for throttling, 5xx and connections that break; the loops above tolerate what is left. */
const MAX_ATTEMPTS = 5;

/** What a test changes. */
export interface ClientOptions {
  readonly endpoint?: string;
  /** Milliseconds. */
  readonly requestTimeoutMs?: number;
  readonly maxAttempts?: number;
}

/** @package */
export function clientConfig(region: string, options: ClientOptions = {}) {
  const { endpoint, requestTimeoutMs = REQUEST_TIMEOUT_MS, maxAttempts = MAX_ATTEMPTS } = options;
  return {
    region,
    maxAttempts,
    ...(endpoint === undefined ? {} : { endpoint }),
    requestHandler: {
      requestTimeout: requestTimeoutMs,
      connectionTimeout: 5_000,
      throwOnRequestTimeout: true,
    },
  };
}

/**
 * Loads the clients of ECS and CloudWatch Logs before their region is known. Beside the Pulumi CLI, which takes about as
 * long to answer, that costs a rerun no time.
 */
export function loadClients(): void {
  loadEcs();
  loadLogs();
}

export async function connectEcs(region: string, options?: ClientOptions): Promise<EcsApi> {
  const sdk = loadEcs();
  const client = new sdk.ECSClient(clientConfig(region, options));
  // The SDK's retry would hide that an answer was lost: its next try may meet an error that sounds like a refusal.
  const once = new sdk.ECSClient({ ...clientConfig(region, options), maxAttempts: 1 });
  return {
    runTask: async (input, signal) => {
      // The SDK learns AWS's time from each answer, and signs by it. This client makes one request, so it has to know before.
      once.config.systemClockOffset ||= client.config.systemClockOffset;
      const output = await once.send(new sdk.RunTaskCommand(input), until(signal));
      return { ...output, answeredAt: Date.now() + once.config.systemClockOffset };
    },
    describeTasks: (input, signal) => client.send(new sdk.DescribeTasksCommand(input), until(signal)),
    listTasks: (input, signal) => client.send(new sdk.ListTasksCommand(input), until(signal)),
    stopTask: (input, signal) => client.send(new sdk.StopTaskCommand(input), until(signal)),
    listTaskDefinitions: (input, signal) =>
      client.send(new sdk.ListTaskDefinitionsCommand(input), until(signal)),
    describeTaskDefinition: (input, signal) =>
      client.send(new sdk.DescribeTaskDefinitionCommand(input), until(signal)),
  };
}

function until(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}

export async function connectLogs(region: string, options?: ClientOptions): Promise<LogsApi> {
  const sdk = loadLogs();
  const client = new sdk.CloudWatchLogsClient(clientConfig(region, options));
  return {
    getLogEvents: (input, signal) => client.send(new sdk.GetLogEventsCommand(input), until(signal)),
    filterLogEvents: (input, signal) => client.send(new sdk.FilterLogEventsCommand(input), until(signal)),
    startLiveTail: (input) => startLiveTail(sdk, region, input),
  };
}

async function startLiveTail(
  sdk: typeof import("@aws-sdk/client-cloudwatch-logs"),
  region: string,
  { logGroupArn, logStream, signal, onUpdate, onEnd }: LiveTailInput,
): Promise<LiveTailSession> {
  // A client of its own: closing it is how a session ends. AWS's host for streams is none of an endpoint that was named.
  const { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS = AWS_ENDPOINT_URL } = process.env;
  const client = new sdk.CloudWatchLogsClient({
    ...clientConfig(region),
    maxAttempts: 1,
    disableHostPrefix: AWS_ENDPOINT_URL_CLOUDWATCH_LOGS !== undefined,
  });
  try {
    const input = { logGroupIdentifiers: [logGroupArn], logStreamNames: [logStream] };
    const { responseStream } = await client.send(new sdk.StartLiveTailCommand(input), {
      abortSignal: signal,
    });
    const reading = readLiveTail(responseStream ?? [], onUpdate).then(onEnd, onEnd);
    return {
      close: async () => {
        client.destroy();
        await reading;
      },
    };
  } catch (error) {
    client.destroy();
    throw error;
  }
}

async function readLiveTail(
  stream: AsyncIterable<StartLiveTailResponseStream> | readonly StartLiveTailResponseStream[],
  onUpdate: LiveTailInput["onUpdate"],
): Promise<void> {
  for await (const { sessionUpdate } of stream) {
    if (!sessionUpdate) continue;
    const { sessionResults = [], sessionMetadata } = sessionUpdate;
    onUpdate({ lines: sessionResults, sampled: sessionMetadata?.sampled === true });
  }
}

export async function connectParameters(region: string): Promise<ParametersApi> {
  const sdk = await import("@aws-sdk/client-ssm");
  const client = new sdk.SSMClient(clientConfig(region));
  return {
    getParameter: async (name) => {
      const answer = await client.send(new sdk.GetParameterCommand({ Name: name, WithDecryption: true }));
      return answer.Parameter?.Value;
    },
  };
}

/** One log event as both GetLogEvents and Live Tail give it. */
export interface LogLine {
  /** Milliseconds since the epoch. */
  readonly timestamp?: number | undefined;
  readonly message?: string | undefined;
}

/** Sent each second, empty if nothing came in. */
export interface LiveTailUpdate {
  readonly lines: readonly LogLine[];
  /** More than 500 lines matched, and these are some of them. */
  readonly sampled: boolean;
}

export interface LiveTailInput {
  /** Without `:*` at its end. */
  readonly logGroupArn: string;
  readonly logStream: string;
  /** Gives up the opening. */
  readonly signal: AbortSignal;
  readonly onUpdate: (update: LiveTailUpdate) => void;
  /** The session is over: after an error, after three hours, or with the connection. */
  readonly onEnd: () => void;
}

export interface LiveTailSession {
  close(): Promise<void>;
}

/** @throws what the SDK throws where no session can be had */
export type StartLiveTail = (input: LiveTailInput) => Promise<LiveTailSession>;
