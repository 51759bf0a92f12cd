/** Watches one deployment of a service until it is live, rolled back or failed. */
import type { Service, ServiceDeployment, Task } from "@aws-sdk/client-ecs";
import { awsErrorKind, awsErrorText, isPassing } from "../aws/errors.ts";
import { backoffMs, type Clock } from "../task/clock.ts";
import type { ServiceApi, ServiceName } from "./api.ts";
import {
  type DeploymentState,
  isRolling,
  rollingState,
  serviceDeploymentState,
  type WatchedDeployment,
} from "./deployment.ts";

export interface WatchDeps {
  readonly api: ServiceApi;
  readonly clock: Clock;
  readonly say: (line: string) => void;
  /** Milliseconds from the update on. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** What a deployment came to. */
export type Ended = Exclude<DeploymentState, { kind: "inProgress" }>;

const FIRST_POLL_MS = 1_000;
const MOST_POLL_MS = 6_000;

/**
 * Polls DescribeServices (and, for blue/green, linear and canary, DescribeServiceDeployments) and prints the service's new
 * events and the reasons of its stopped tasks. Errors that pass are tolerated until the time is over.
 *
 * @param known ARNs of the service's deployments from before the update, for the strategies that are not rolling
 * @param seen the service as the last call before this one answered it
 */
export async function watchDeployment(
  deps: WatchDeps,
  name: ServiceName,
  watched: WatchedDeployment,
  known: ReadonlySet<string>,
  seen: Service,
): Promise<Ended> {
  const { api, clock, signal } = deps;
  const startedAt = clock.now();
  const news = new News(deps, name, startedAt);
  const own = new OwnDeployment(deps, name, known);
  let lastError = "";
  for (let polls = 0; ; polls++) {
    try {
      const service = polls === 0 ? seen : await api.describeService(name);
      if (!service) return { kind: "unknown", detail: "ECS does not know the service any more" };
      await news.print(service, watched.id);
      const state = isRolling(service) ? rollingState(service, watched) : await own.state();
      if (state.kind !== "inProgress") return state;
      lastError = "";
    } catch (error) {
      lastError = awsErrorText(error);
      if (!isPassing(awsErrorKind(error))) return { kind: "unknown", detail: lastError };
    }
    if (signal.aborted) return { kind: "unknown", detail: "this command was stopped; ECS goes on" };
    if (clock.now() - startedAt >= deps.timeoutMs) return timedOut(deps.timeoutMs, lastError);
    await clock.sleep(backoffMs(polls, FIRST_POLL_MS, MOST_POLL_MS, clock.random()), signal);
  }
}

function timedOut(timeoutMs: number, lastError: string): Ended {
  const minutes = Math.round(timeoutMs / 60_000);
  const why = lastError === "" ? "" : `; the last look failed: ${lastError}`;
  return { kind: "unknown", detail: `it was still in progress after ${minutes} min${why}` };
}

/**
 * A blue/green, linear or canary deployment: found in the list once, then described by its own ARN, which tells its
 * lifecycle stage too.
 */
class OwnDeployment {
  readonly #deps: Pick<WatchDeps, "api" | "say">;
  readonly #name: ServiceName;
  readonly #known: ReadonlySet<string>;
  #arn: string | undefined;
  #stage = "";

  constructor(deps: Pick<WatchDeps, "api" | "say">, name: ServiceName, known: ReadonlySet<string>) {
    this.#deps = deps;
    this.#name = name;
    this.#known = known;
  }

  async state(): Promise<DeploymentState> {
    const { api } = this.#deps;
    if (this.#arn === undefined) {
      const listed = await api.listServiceDeployments(this.#name);
      this.#arn = listed.find(
        ({ serviceDeploymentArn: arn = "" }) => !this.#known.has(arn),
      )?.serviceDeploymentArn;
    }
    const deployment = this.#arn === undefined ? undefined : await api.describeServiceDeployment(this.#arn);
    if (!deployment) return { kind: "inProgress" };
    this.#print(deployment);
    return serviceDeploymentState(deployment);
  }

  #print({ lifecycleStage, status }: ServiceDeployment): void {
    const stage = [status, lifecycleStage].filter(Boolean).join(", ");
    if (stage === this.#stage) return;
    this.#stage = stage;
    this.#deps.say(`  deployment ${stage}`);
  }
}

/** Prints each event and each stopped task once. */
class News {
  readonly #deps: WatchDeps;
  readonly #name: ServiceName;
  readonly #since: number;
  readonly #shown = new Set<string>();
  #failedTasks = 0;

  constructor(deps: WatchDeps, name: ServiceName, since: number) {
    this.#deps = deps;
    this.#name = name;
    this.#since = since;
  }

  async print(service: Service, deploymentId: string): Promise<void> {
    // ECS lists the newest event first, with the times of its own clock.
    for (const { id = "", createdAt, message = "" } of [...(service.events ?? [])].reverse())
      if ((createdAt?.getTime() ?? 0) >= this.#since - EVENT_SKEW_MS) this.#once(id, message);
    const failed = service.deployments?.find(({ id }) => id === deploymentId)?.failedTasks ?? 0;
    if (failed <= this.#failedTasks) return;
    this.#failedTasks = failed;
    try {
      for (const task of await this.#deps.api.listStoppedTasks(this.#name))
        if (task.startedBy === deploymentId)
          this.#once(task.taskArn ?? "", `task ${task.taskArn} stopped: ${stopText(task)}`);
    } catch (error) {
      // What the tasks say informs; the deployment's state judges.
      this.#once("tasks", `why tasks stopped could not be read: ${awsErrorText(error)}`);
    }
  }

  #once(key: string, line: string): void {
    if (this.#shown.has(key)) return;
    this.#shown.add(key);
    this.#deps.say(`  ${line}`);
  }
}

/** This machine's clock and that of ECS may differ by so much. */
const EVENT_SKEW_MS = 2_000;

function stopText({ stoppedReason, containers = [] }: Task): string {
  const exits = containers.flatMap(({ name, exitCode, reason }) => {
    const text = [exitCode === undefined ? "" : `exit code ${exitCode}`, reason ?? ""]
      .filter(Boolean)
      .join(", ");
    return text === "" ? [] : [`${name}: ${text}`];
  });
  return [stoppedReason ?? "ECS gives no reason", ...exits].join("; ");
}
