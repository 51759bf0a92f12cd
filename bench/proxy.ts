/** An HTTP proxy in front of the local AWS: counts API calls by name, and lets some of them go wrong. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

export interface ApiCall {
  /** Milliseconds since the epoch, when the request was there in full. */
  readonly at: number;
  /** `RunTask`, `GetLogEvents`…; the path where a request names no operation. */
  readonly name: string;
}

/** `lost`: carried out, and the answer is dropped. `reset`: the connection breaks before anything is carried out. */
export const FAULTS = ["throttle", "serverError", "lost", "latency", "reset"] as const;
export type Fault = (typeof FAULTS)[number];

export interface ApiProxy {
  readonly url: string;
  /** Every call so far, in order; those that met a fault too. */
  readonly calls: readonly ApiCall[];
  /** Calls that came and are not carried out yet, whether or not their caller still waits. */
  readonly underWay: number;
  /** From now on each call is put to `choose`; undefined lets it pass. */
  inject(choose: ((name: string) => Fault | undefined) | undefined): void;
  stop(): Promise<void>;
}

const LATENCY_MS = 1_500;

/** @param target the local AWS, `http://127.0.0.1:<port>` */
export async function startProxy(target: string): Promise<ApiProxy> {
  const calls: ApiCall[] = [];
  let choose: ((name: string) => Fault | undefined) | undefined;
  let underWay = 0;
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAll(incoming);
    const name = operationOf(incoming);
    calls.push({ at: Date.now(), name });
    const fault = choose?.(name);
    if (fault === "reset") return void incoming.socket.destroy();
    if (fault === "throttle") return refuse(response, 400, "ThrottlingException");
    if (fault === "serverError") return refuse(response, 503, "ServiceUnavailableException");
    if (fault === "latency") await delay(LATENCY_MS);
    // Its answer has no end that could be waited for.
    if (name === "StartLiveTail" && fault !== "lost") return pass(target, incoming, body, response);
    if (name === "StartLiveTail") return void incoming.socket.destroy();
    const answer = await forward(target, incoming, body);
    if (fault === "lost") return void incoming.socket.destroy();
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer((incoming, response) => {
    underWay++;
    serve(incoming, response)
      // A caller that was killed in mid-call is no event here.
      .catch(() => response.destroy())
      .finally(() => underWay--);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    get underWay() {
      return underWay;
    },
    inject: (chooser) => {
      choose = chooser;
    },
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped());
        server.closeAllConnections();
      }),
  };
}

/** AWS's JSON protocol names the operation in X-Amz-Target, its CBOR protocol in the path. */
function operationOf({ headers, url = "" }: IncomingMessage): string {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target.slice(target.lastIndexOf(".") + 1);
  return /\/operation\/(\w+)/.exec(url)?.[1] ?? url;
}

function refuse(response: ServerResponse, status: number, type: string): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": type });
  response.end(JSON.stringify({ __type: type, message: "injected" }));
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** An answer that goes on for as long as somebody listens. */
function pass(
  target: string,
  { method = "POST", headers, url = "/" }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
) {
  const outgoing = request(`${target}${url}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.once("error", () => response.destroy()).end(body);
  response.once("close", () => outgoing.destroy());
}

function forward(target: string, incoming: IncomingMessage, body: Buffer): Promise<Answer> {
  const { method, headers, url = "/" } = incoming;
  return new Promise((resolve, reject) => {
    const outgoing = request(`${target}${url}`, { ...(method ? { method } : {}), headers }, (answer) => {
      readAll(answer).then((content) => {
        const { "transfer-encoding": _, ...kept } = answer.headers;
        resolve({ status: answer.statusCode ?? 502, headers: kept, body: content });
      }, reject);
    });
    outgoing.once("error", reject).end(body);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
