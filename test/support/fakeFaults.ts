/** Faults of AWS calls: what goes wrong with the next call of a name. */

export class FakeAwsError extends Error {
  readonly $metadata: { httpStatusCode: number };
  readonly resourceIds?: string[];

  constructor(name: string, message: string, status = 400, resourceIds?: string[]) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode: status };
    if (resourceIds) this.resourceIds = resourceIds;
  }
}

/** What happens to one call. */
export interface Fault {
  /** As the real SDK throws it: copied from its answers to `awsServer.ts`; `awsServer.test.ts` compares them. */
  readonly error: Error;
  /** The call was carried out, and its answer did not arrive as it was sent. */
  readonly lost?: boolean;
  /** The same at the socket; by default AWS's own words, or a reset if the error is none of AWS's. */
  readonly wire?: WireFault;
}

export type WireFault =
  /** An error in AWS's own words. */
  | "error"
  /** The connection is reset. */
  | "reset"
  /** No answer ever. */
  | "hang"
  /** A proxy's HTML page with this status. */
  | "html200"
  | "html403"
  | "html502"
  /** Half of the JSON, said to be whole. */
  | "cutJson"
  /** Half of the bytes that were announced. */
  | "cutBytes"
  /** Status 200 and an empty body. */
  | "empty"
  /** No HTTP at all. */
  | "garbage";

const networkError = (code: string, message: string) => Object.assign(new Error(message), { code });

/** The SDK's error for a body that is no JSON. */
const syntaxError = (status: number) =>
  Object.assign(new SyntaxError("Unexpected token '<', \"<html>\" is not valid JSON"), {
    $metadata: { httpStatusCode: status },
  });

/** As the AWS SDK for JavaScript v3 throws them. */
export const FAULTS = {
  throttled: () => ({ error: new FakeAwsError("ThrottlingException", "Rate exceeded"), wire: "error" }),
  server: () => ({
    error: new FakeAwsError("ServerException", "Service Unavailable. Please try again later.", 503),
    wire: "error",
  }),
  reset: () => ({ error: networkError("ECONNRESET", "read ECONNRESET"), wire: "reset" }),
  lost: () => ({ error: networkError("ECONNRESET", "socket hang up"), lost: true, wire: "reset" }),
  timedOut: () => ({
    error: Object.assign(new Error("Connection timed out after 20000 ms"), { name: "TimeoutError" }),
    lost: true,
    wire: "hang",
  }),
  page: () => ({ error: syntaxError(502), wire: "html502" }),
  lostPage: () => ({ error: syntaxError(200), lost: true, wire: "html200" }),
  lostForbiddenPage: () => ({ error: syntaxError(403), lost: true, wire: "html403" }),
  lostHalf: () => ({ error: syntaxError(200), lost: true, wire: "cutJson" }),
  lostBytes: () => ({ error: networkError("ECONNRESET", "aborted"), lost: true, wire: "cutBytes" }),
  garbage: () => ({
    error: networkError("HPE_INVALID_CONSTANT", "Parse Error: Expected HTTP/"),
    wire: "garbage",
  }),
  expired: () => ({
    error: new FakeAwsError("ExpiredTokenException", "The security token included in the request is expired"),
    wire: "error",
  }),
  denied: () => ({
    error: new FakeAwsError("AccessDeniedException", "User: ci is not authorized to perform: this action"),
    wire: "error",
  }),
  noCluster: () => ({
    error: new FakeAwsError("ClusterNotFoundException", "Cluster not found."),
    wire: "error",
  }),
} as const satisfies Record<string, () => Fault>;

export type FaultName = keyof typeof FAULTS;

export interface Call {
  readonly api: string;
  readonly input: unknown;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Decides for every call whether it fails. */
export class Faults {
  readonly calls: Call[] = [];
  readonly #now: () => number;
  readonly #queues = new Map<string, (Fault | undefined)[]>();
  readonly #always = new Map<string, Fault>();
  /** True if `awsServer.ts` stands before the model and takes the faults itself. */
  atWire = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The next calls of this name meet these faults, one each; undefined lets a call pass. */
  next(api: string, ...faults: (Fault | undefined)[]): void {
    this.#queues.set(api, [...(this.#queues.get(api) ?? []), ...faults]);
  }

  /** Every call of this name meets this fault; undefined ends that. */
  always(api: string, fault: Fault | undefined): void {
    if (fault) this.#always.set(api, fault);
    else this.#always.delete(api);
  }

  clear(): void {
    this.#queues.clear();
    this.#always.clear();
  }

  async call<T>(api: string, input: unknown, carryOut: () => T): Promise<T> {
    this.calls.push({ api, input: structuredClone(input), at: this.#now() });
    const fault = this.atWire ? undefined : this.take(api);
    if (!fault) return carryOut();
    if (fault.lost) carryOut();
    throw fault.error;
  }

  /** The fault that the next call of a name meets. */
  take(api: string): Fault | undefined {
    const queue = this.#queues.get(api) ?? [];
    return queue.length > 0 ? queue.shift() : this.#always.get(api);
  }

  of(api: string): Call[] {
    return this.calls.filter((call) => call.api === api);
  }
}
