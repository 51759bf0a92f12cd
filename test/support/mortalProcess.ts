/** A process whose calls of AWS meet trouble, each by its number, and which may die in one. */

/** What happens to one AWS call, before it reaches AWS or after AWS has done it. */
const FATES = ["throttled", "lostBefore", "lostAfter", "killBefore", "killAfter", "overtaken"] as const;
export const TROUBLES = ["none", ...FATES] as const;
type Trouble = (typeof TROUBLES)[number];

/** By the number of the call. */
export type Troubles = readonly (readonly [number, Trouble])[];

/** One process: from its death on nothing that it calls, and no sleep of it, comes back. */
export class MortalProcess {
  readonly death = Promise.withResolvers<undefined>();
  #dead = false;
  #calls = 0;
  readonly #troubles: ReadonlyMap<number, Trouble>;
  readonly #overtake: () => Promise<void>;

  constructor(troubles: Troubles, overtake: () => Promise<void>) {
    this.#troubles = new Map(troubles);
    this.#overtake = overtake;
  }

  /** The same functions, each of which may meet its trouble. */
  through<Api extends object>(api: Api): Api {
    const entries = Object.entries(api).map(([name, call]) => [
      name,
      (...args: unknown[]) =>
        this.#call(name, () => (call as (...all: unknown[]) => Promise<unknown>)(...args)),
    ]);
    return Object.fromEntries(entries) as Api;
  }

  async #call(name: string, run: () => Promise<unknown>): Promise<unknown> {
    if (this.#dead) return NEVER;
    const trouble = this.#troubles.get(this.#calls++) ?? "none";
    if (trouble === "overtaken" && !WINDOW.has(name)) await this.#overtake();
    if (trouble === "throttled") throw failure("ThrottlingException", 400);
    if (trouble === "lostBefore") throw failure("TimeoutError");
    if (trouble === "killBefore") return this.#die();
    const answer = await run();
    if (trouble === "lostAfter") throw failure("TimeoutError");
    return trouble === "killAfter" || this.#dead ? this.#die() : answer;
  }

  #die(): Promise<never> {
    this.#dead = true;
    this.death.resolve(undefined);
    return NEVER;
  }
}

/** UpdateService takes no condition, so the moment before it stays. */
const WINDOW: ReadonlySet<string> = new Set(["updateService"]);

const NEVER = new Promise<never>(() => undefined);

/** As the SDK throws it. */
function failure(name: string, status?: number): Error {
  return Object.assign(new Error(name), {
    name,
    ...(status ? { $metadata: { httpStatusCode: status } } : {}),
  });
}
