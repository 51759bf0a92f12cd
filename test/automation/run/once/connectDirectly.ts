import type { RunDeps } from "../../../../automation/run/runOperation.ts";
import type { FakeAws } from "../../../support/fakeAws.ts";

/** The model of AWS without a socket. A call of a process that is dead by then is never answered. */
export function connectDirectly(aws: FakeAws, isDead: () => boolean): Pick<RunDeps, "ecs" | "logs"> {
  const call = async (name: string, carryOut: () => Promise<unknown>, signal?: AbortSignal) => {
    if (isDead()) return new Promise<never>(() => undefined);
    // The signal comes while the call is under way, as at the socket.
    await new Promise(setImmediate);
    const answer = await carryOut();
    if (signal?.aborted) throw new DOMException(`${name} aborted`, "AbortError");
    return answer;
  };
  const through = <T extends object>(api: T): T =>
    Object.fromEntries(
      Object.entries(api).map(([name, method]) => [
        name,
        (input: unknown, signal?: AbortSignal) => call(name, () => method(input), signal),
      ]),
    ) as T;
  return { ecs: through(aws.ecs.api), logs: through(aws.logs.api) };
}
