import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** How the receiver answers: as Slack does when all is well, or as it does in one of its bad moments. */
export type SlackBehaviour =
  | { readonly kind: "ok" }
  | { readonly kind: "rateLimited"; readonly retryAfterSeconds: number }
  | { readonly kind: "error"; readonly status: number; readonly body: string }
  /** Takes the message, and so answers, this many milliseconds later, whether or not the sender still waits. */
  | { readonly kind: "late"; readonly ms: number }
  | { readonly kind: "hang" };

export interface SlackReceiver {
  /** To be used as the incoming webhook's URL. */
  readonly url: string;
  /** The messages that were taken, as parsed JSON, in order. */
  readonly messages: readonly unknown[];
  /** How many requests came, whatever was answered. */
  readonly requests: number;
  /** The given behaviours answer the next requests, one each; after them all is well again. */
  behave(...next: SlackBehaviour[]): void;
  /** All is well from the next request on, whatever `behave` was told. */
  recover(): void;
  stop(): Promise<void>;
}

/**
 * Starts an HTTP server on 127.0.0.1 that takes messages as a Slack incoming webhook does.
 *
 * @param later calls `work` after so many milliseconds
 */
export async function startSlackReceiver(port = 0, later: Later = withTimer): Promise<SlackReceiver> {
  const messages: unknown[] = [];
  const behaviours: SlackBehaviour[] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      requests += 1;
      const behaviour = behaviours.shift() ?? { kind: "ok" };
      if (behaviour.kind === "late") later(() => accept(body, messages, response), behaviour.ms);
      else answer(behaviour, body, messages, response);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${taken}/services/T00000000/B00000000/local`,
    messages,
    get requests() {
      return requests;
    },
    behave: (...next) => void behaviours.push(...next),
    recover: () => void behaviours.splice(0),
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

type Later = (work: () => void, ms: number) => void;

/** What is not answered when the process ends is nobody's concern. */
function withTimer(work: () => void, ms: number): void {
  setTimeout(work, ms).unref();
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function answer(
  behaviour: Exclude<SlackBehaviour, { kind: "late" }>,
  body: string,
  messages: unknown[],
  response: ServerResponse,
): void {
  switch (behaviour.kind) {
    case "hang":
      return;
    case "rateLimited":
      response.writeHead(429, { "Retry-After": String(behaviour.retryAfterSeconds) }).end("rate_limited");
      return;
    case "error":
      response.writeHead(behaviour.status).end(behaviour.body);
      return;
    case "ok":
      accept(body, messages, response);
  }
}

/** Slack answers `ok` as plain text, and 400 `invalid_payload` to a body that is no JSON object with content. */
function accept(body: string, messages: unknown[], response: ServerResponse): void {
  const message = parseObject(body);
  if (message === undefined) {
    response.writeHead(400).end("invalid_payload");
  } else if (!("text" in message || "blocks" in message || "attachments" in message)) {
    response.writeHead(400).end("no_text");
  } else {
    messages.push(message);
    response.writeHead(200, { "Content-Type": "text/html" }).end("ok");
  }
}

function parseObject(body: string): object | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
