/**
 * A model of an ECS service as the API reference describes it: revisions, a rolling deployment, the circuit breaker's
 * rollback. Time is the test's; a call may be told to go wrong.
 */
import type {
  Deployment,
  RegisterTaskDefinitionCommandInput,
  Service,
  ServiceDeploymentBrief,
  Tag,
  TaskDefinition,
} from "@aws-sdk/client-ecs";
import type { ServiceApi } from "../../automation/service/api.ts";
import type { FakeClock } from "./fakeClock.ts";

export const REPOSITORY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop";
export const OLD_IMAGE = `${REPOSITORY}@sha256:${"0".repeat(64)}`;
export const NEW_IMAGE = `${REPOSITORY}@sha256:${"1".repeat(64)}`;
/** As a stack names it in the revision that it makes before anything was deployed. */
export const NO_CODE_IMAGE = `${REPOSITORY}:not-deployed-yet`;
export const TARGET = { cluster: "shop", service: "web", container: null } as const;

const SERVICE_ARN = "arn:aws:ecs:eu-west-1:123456789012:service/shop/web";
const FAMILY = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web";
/** The same service, made by the stack. */
export const MADE_TARGET = {
  ...{ ...TARGET, container: "app" },
  first: { taskDefinition: `${FAMILY}:1`, desiredCount: 2 },
};

/**
 * Called before a call is carried out (`before`) and after it (`after`). What it throws is what the caller sees; a promise
 * that never resolves is the caller's death.
 */
export type Trouble = (call: keyof ServiceApi, moment: "before" | "after") => Promise<void> | void;

export interface ServiceModel {
  /** How long a deployment takes until its tasks are steady, in milliseconds. */
  readonly takesMs?: number;
  /** True if tasks with this image never become healthy. */
  readonly isBroken?: (image: string) => boolean;
  /** `stop`: without its rollback. */
  readonly circuitBreaker?: boolean | "stop";
  /** True: the stack made the service, and nothing was deployed yet. */
  readonly made?: boolean;
}

export class FakeServices {
  readonly calls: string[] = [];
  readonly registered: TaskDefinition[] = [];
  readonly tags = new Map<TaskDefinition, Tag[]>();
  readonly registeredAt = new Map<TaskDefinition, Date>();
  /** How many deployments UpdateService began. */
  started = 0;
  desiredCount = 1;
  readonly clock: FakeClock;
  readonly #model: ServiceModel;
  #deployments: Deployment[];
  #taskDefinition = `${FAMILY}:1`;
  /** The revision whose tasks serve requests. */
  #serving = `${FAMILY}:1`;
  /** Oldest first; a service revision's ARN ends with the revision of its task definition. */
  readonly history: ServiceDeploymentBrief[] = [];
  trouble: Trouble = () => undefined;
  changes: Partial<Service> = {};

  constructor(clock: FakeClock, model: ServiceModel = {}) {
    this.clock = clock;
    this.#model = model;
    const image = model.made ? NO_CODE_IMAGE : OLD_IMAGE;
    if (model.made) this.desiredCount = 0;
    this.registered.push(definition(1, [{ name: "app", image }]));
    this.#deployments = [deployment("ecs-svc/1", `${FAMILY}:1`, "COMPLETED")];
    this.#remember(`${FAMILY}:1`, "SUCCESSFUL");
  }

  /** The image that answers requests. */
  get servingImage(): string {
    return this.#imageOf(this.#serving);
  }

  /** ARN of the revision that the service names. */
  get current(): string {
    return this.#taskDefinition;
  }

  get primary(): Deployment | undefined {
    return this.#deployments.find(({ status }) => status === "PRIMARY");
  }

  readonly api: { -readonly [Call in keyof ServiceApi]: ServiceApi[Call] } = {
    describeService: (name) => this.#call("describeService", () => this.#service(name.service)),
    describeTaskDefinition: (wanted) =>
      this.#call("describeTaskDefinition", () => {
        const found = wanted.includes(":task-definition/")
          ? this.registered.find(({ taskDefinitionArn }) => taskDefinitionArn === wanted)
          : this.registered.at(-1);
        const registeredAt = found && this.registeredAt.get(found);
        return (
          found && {
            definition: { ...found, ...(registeredAt ? { registeredAt } : {}) },
            tags: this.tags.get(found) ?? [{ key: "team", value: "shop" }],
          }
        );
      }),
    registerTaskDefinition: (input) =>
      this.#call("registerTaskDefinition", () => {
        const made = definition(this.registered.length + 1, input.containerDefinitions ?? [], input);
        this.registered.push(made);
        this.tags.set(made, input.tags ?? []);
        this.registeredAt.set(made, new Date(this.clock.now()));
        return made;
      }),
    updateService: (_, taskDefinition, { desiredCount, forceNewDeployment } = {}) =>
      this.#call("updateService", () => {
        this.desiredCount = desiredCount ?? this.desiredCount;
        if (forceNewDeployment || taskDefinition !== this.#taskDefinition) this.#deploy(taskDefinition);
        return this.#service(TARGET.service) as Service;
      }),
    listServiceDeployments: () => this.#call("listServiceDeployments", () => this.history.toReversed()),
    describeServiceDeployment: (arn) =>
      this.#call("describeServiceDeployment", () =>
        this.history.find(({ serviceDeploymentArn }) => serviceDeploymentArn === arn),
      ),
    describeServiceRevisions: (arns) =>
      this.#call("describeServiceRevisions", () =>
        arns.map((serviceRevisionArn) => ({
          serviceRevisionArn,
          taskDefinition: `${FAMILY}:${serviceRevisionArn.slice(serviceRevisionArn.lastIndexOf("/") + 1)}`,
        })),
      ),
    listStoppedTasks: () =>
      this.#call("listStoppedTasks", () => [
        {
          taskArn: "arn:aws:ecs:eu-west-1:123456789012:task/shop/1",
          startedBy: this.#deployments.find(({ failedTasks = 0 }) => failedTasks > 0)?.id ?? "",
          stoppedReason: "Essential container in task exited",
          containers: [{ name: "app", exitCode: 1 }],
        },
      ]),
  };

  async #call<T>(name: keyof ServiceApi, run: () => T): Promise<T> {
    await this.trouble(name, "before");
    this.calls.push(name);
    const answer = structuredClone(run());
    await this.trouble(name, "after");
    return answer;
  }

  #service(name: string): Service | undefined {
    if (name !== TARGET.service) return undefined;
    return {
      serviceName: name,
      status: "ACTIVE",
      taskDefinition: this.#taskDefinition,
      desiredCount: this.desiredCount,
      runningCount: this.desiredCount,
      deployments: this.#deployments,
      events: [],
      ...this.changes,
    };
  }

  #deploy(taskDefinition: string): void {
    this.started++;
    const id = `ecs-svc/${this.#deployments.length + this.calls.length}`;
    const made = deployment(id, taskDefinition, "IN_PROGRESS");
    this.#deployments = [made, ...this.#deployments.map((each) => ({ ...each, status: "ACTIVE" }))];
    this.#taskDefinition = taskDefinition;
    this.#remember(taskDefinition, "IN_PROGRESS");
    this.clock.after(this.#model.takesMs ?? 30_000, () => this.#settle(id));
  }

  #remember(taskDefinition: string, status: ServiceDeploymentBrief["status"]): void {
    const revision = taskDefinition.slice(taskDefinition.lastIndexOf(":") + 1);
    this.history.push({
      serviceDeploymentArn: `${SERVICE_ARN.replace(":service/", ":service-deployment/")}/${this.history.length + 1}`,
      targetServiceRevisionArn: `${SERVICE_ARN.replace(":service/", ":service-revision/")}/${revision}`,
      status,
      createdAt: new Date(this.clock.now()),
    });
  }

  #end(status: ServiceDeploymentBrief["status"]): void {
    const last = this.history.pop();
    if (last) this.history.push({ ...last, status, finishedAt: new Date(this.clock.now()) });
  }

  #settle(id: string): void {
    const own = this.#deployments.find((each) => each.id === id);
    if (own?.status !== "PRIMARY") return;
    if (!this.#isBroken(own)) {
      own.rolloutState = "COMPLETED";
      this.#end("SUCCESSFUL");
      this.#serving = own.taskDefinition ?? "";
      this.#deployments = [own];
      return;
    }
    own.failedTasks = 3;
    if (!this.#model.circuitBreaker) return;
    own.rolloutState = "FAILED";
    own.rolloutStateReason = "ECS deployment circuit breaker: tasks failed to start.";
    if (this.#model.circuitBreaker === "stop") {
      this.#end("STOPPED");
      return;
    }
    own.status = "ACTIVE";
    // AWS goes back to the most recently completed deployment (Amazon ECS Developer Guide, deployment circuit breaker).
    const back = deployment(`${id}-rollback`, this.#serving, "IN_PROGRESS");
    this.#deployments = [back, own];
    this.#taskDefinition = back.taskDefinition ?? "";
    this.#end("ROLLBACK_IN_PROGRESS");
    this.clock.after(5_000, () => {
      if (this.#isBroken(back)) {
        back.rolloutState = "FAILED";
        back.rolloutStateReason = own.rolloutStateReason ?? "";
        this.#end("ROLLBACK_FAILED");
        return;
      }
      back.rolloutState = "COMPLETED";
      this.#end("ROLLBACK_SUCCESSFUL");
    });
  }

  /** An image that was never pushed cannot be pulled either. */
  #isBroken({ taskDefinition = "" }: Deployment): boolean {
    const image = this.#imageOf(taskDefinition);
    return image === NO_CODE_IMAGE || (this.#model.isBroken?.(image) ?? false);
  }

  #imageOf(arn: string): string {
    const found = this.registered.find(({ taskDefinitionArn }) => taskDefinitionArn === arn);
    return found?.containerDefinitions?.[0]?.image ?? "";
  }
}

function deployment(
  id: string,
  taskDefinition: string,
  rolloutState: "COMPLETED" | "IN_PROGRESS",
): Deployment {
  return { id, taskDefinition, rolloutState, status: "PRIMARY", failedTasks: 0 };
}

function definition(
  revision: number,
  containerDefinitions: NonNullable<TaskDefinition["containerDefinitions"]>,
  input: Partial<RegisterTaskDefinitionCommandInput> = { cpu: "256", memory: "512", networkMode: "awsvpc" },
): TaskDefinition {
  const { tags: _, ...fields } = input;
  return {
    ...(fields as TaskDefinition),
    family: "web",
    revision,
    status: "ACTIVE",
    taskDefinitionArn: `${FAMILY}:${revision}`,
    containerDefinitions,
    registeredBy: "arn:aws:iam::123456789012:role/deploy",
  };
}
