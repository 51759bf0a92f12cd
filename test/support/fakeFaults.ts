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

/** `lost`: the call was carried out, and its answer did not arrive. */
export interface Fault {
  readonly error: Error;
  readonly lost?: boolean;
}

const networkError = (code: string, message: string) => Object.assign(new Error(message), { code });

/** As the AWS SDK for JavaScript v3 throws them. */
export const FAULTS = {
  throttled: () => ({ error: new FakeAwsError("ThrottlingException", "Rate exceeded") }),
  server: () => ({
    error: new FakeAwsError("ServerException", "Service Unavailable. Please try again later.", 503),
  }),
  reset: () => ({ error: networkError("ECONNRESET", "read ECONNRESET") }),
  lost: () => ({ error: networkError("ECONNRESET", "socket hang up"), lost: true }),
  timedOut: () => ({
    error: Object.assign(new Error("Connection timed out after 20000 ms"), { name: "TimeoutError" }),
    lost: true,
  }),
  expired: () => ({
    error: new FakeAwsError("ExpiredTokenException", "The security token included in the request is expired"),
  }),
  denied: () => ({
    error: new FakeAwsError("AccessDeniedException", "User: ci is not authorized to perform: this action"),
  }),
  noCluster: () => ({ error: new FakeAwsError("ClusterNotFoundException", "Cluster not found.") }),
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
    const queue = this.#queues.get(api) ?? [];
    const fault = queue.length > 0 ? queue.shift() : this.#always.get(api);
    if (!fault) return carryOut();
    if (fault.lost) carryOut();
    throw fault.error;
  }

  of(api: string): Call[] {
    return this.calls.filter((call) => call.api === api);
  }
}
