/**
 * The model of ECS, CloudWatch Logs and STS behind a socket, for the real SDK clients. It wraps the very functions that the
 * in-memory fakes are, so that the two cannot drift apart; only what goes wrong is done here, to the bytes.
 *
 * Amazon ECS and CloudWatch Logs speak AWS JSON 1.1: the operation is in `x-amz-target`, times are seconds. STS speaks the
 * Query protocol: a form in, XML out.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { FakeAws } from "./fakeAws.ts";
import { FakeAwsError, type Fault } from "./fakeFaults.ts";

type Handler = (input: never) => Promise<object>;

export class AwsServer {
  readonly #aws: FakeAws;
  readonly #server: Server;
  readonly #handlers: Readonly<Record<string, Handler>>;
  /** Called with each call before it is carried out, by its process; answers whether the process is dead by now. */
  onCall: (process: string, api: string) => boolean = () => false;
  /** Refuses what was signed more than five minutes before or after the model's time, as AWS does. */
  checksTime = false;

  constructor(aws: FakeAws) {
    this.#aws = aws;
    aws.faults.atWire = true;
    this.#handlers = { ...aws.ecs.api, ...aws.logs.api } as unknown as Record<string, Handler>;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async start(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** @param process names the client's process in {@link onCall} */
  endpoint(process = "main"): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${process}`;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, process = ""] = (request.url ?? "").split("/");
    response.setHeader("date", new Date(this.#aws.clock.now()).toUTCString());
    const body = await read(request);
    const api = apiOf(request, body);
    if (this.onCall(process, api)) return void hang(response);
    const late = this.checksTime ? signedTooFar(request, this.#aws.clock.now()) : undefined;
    if (late) return answerFault({ error: late }, "", response);
    const fault = this.#aws.faults.take(api);
    if (fault && !fault.lost) return answerFault(fault, "", response);
    const answer = await this.#carryOut(api, body);
    if (fault) return answerFault(fault, answer.text, response);
    response.writeHead(answer.status, { "content-type": answer.type });
    response.end(answer.text);
  }

  async #carryOut(api: string, body: string): Promise<Answer> {
    if (api === "getCallerIdentity") return callerIdentity(this.#aws.callerArn);
    const handler = this.#handlers[api];
    if (!handler) return jsonAnswer(400, { __type: "UnknownOperationException", message: api });
    try {
      const { $metadata: _, ...output } = (await handler(JSON.parse(body || "{}") as never)) as Record<
        string,
        unknown
      >;
      return jsonAnswer(200, output);
    } catch (error) {
      if (!(error instanceof FakeAwsError)) throw error;
      return errorAnswer(error);
    }
  }
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** `AmazonEC2ContainerServiceV20141113.RunTask` is `runTask`; STS has its action in the form. */
function apiOf({ headers }: IncomingMessage, body: string): string {
  const target = headers["x-amz-target"];
  const name =
    typeof target === "string"
      ? target.slice(target.indexOf(".") + 1)
      : new URLSearchParams(body).get("Action");
  return name ? name.charAt(0).toLowerCase() + name.slice(1) : "";
}

function jsonAnswer(status: number, value: object): Answer {
  return { status, type: "application/x-amz-json-1.1", text: JSON.stringify(value, toWire) };
}

/** The model's times are Dates, which JSON.stringify has made text of before the replacer sees them. */
function toWire(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const raw = this[key];
  return raw instanceof Date ? raw.getTime() / 1000 : value;
}

function errorAnswer({ name, message, $metadata, resourceIds }: FakeAwsError): Answer {
  return jsonAnswer($metadata.httpStatusCode, {
    __type: name,
    message,
    ...(resourceIds ? { resourceIds } : {}),
  });
}

const SIGNATURE_MS = 5 * 60_000;

/**
 * InvalidSignatureException where the client's clock is wrong. The text is AWS's, as users of Polly and CodeDeploy pasted it:
 * "Signature not yet current: 20191204T142742Z is still later than 20191204T142741Z (20191204T142241Z + 5 min.)".
 */
function signedTooFar({ headers }: IncomingMessage, now: number): FakeAwsError | undefined {
  const signed = String(headers["x-amz-date"]);
  const at = Date.parse(signed.replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5"));
  if (Math.abs(at - now) <= SIGNATURE_MS) return undefined;
  const text =
    at > now
      ? `Signature not yet current: ${signed} is still later than ${amzDate(now + SIGNATURE_MS)} (${amzDate(now)} + 5 min.)`
      : `Signature expired: ${signed} is now earlier than ${amzDate(now - SIGNATURE_MS)} (${amzDate(now)} - 5 min.)`;
  return new FakeAwsError("InvalidSignatureException", text, 403);
}

function amzDate(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, "");
}

function callerIdentity(arn: string): Answer {
  const text = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
  return { status: 200, type: "text/xml", text };
}

const PAGE = "<html><head><title>Proxy</title></head><body>Please sign in</body></html>";

/** @param whole the answer as AWS sent it; empty if the call was not carried out */
function answerFault({ wire, error }: Fault, whole: string, response: ServerResponse): void {
  const kind = wire ?? (error instanceof FakeAwsError ? "error" : "reset");
  switch (kind) {
    case "error": {
      const answer = errorAnswer(error as FakeAwsError);
      response.writeHead(answer.status, { "content-type": answer.type });
      response.end(answer.text);
      return;
    }
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "hang":
      hang(response);
      return;
    case "html200":
    case "html403":
    case "html502":
      response.writeHead(Number(kind.slice(-3)), { "content-type": "text/html" });
      response.end(PAGE);
      return;
    case "cutJson":
      response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
      response.end(whole.slice(0, Math.max(1, whole.length >> 1)));
      return;
    case "cutBytes":
      response.writeHead(200, { "content-length": String(whole.length + 1) });
      response.write(whole.slice(0, whole.length >> 1), () => response.destroy());
      return;
    case "empty":
      response.writeHead(200);
      response.end();
      return;
    case "garbage":
      response.socket?.end("SSH-2.0-OpenSSH_9.6\r\n");
      return;
    default:
      kind satisfies never;
  }
}

/** The client gives up first. */
function hang(response: ServerResponse): void {
  response.on("error", () => undefined);
}
