/** The ECS services that a deploy rolls to the new image after the migration passed. */
import type { ClusterConfig } from "./cluster.ts";
import { type CreatedService, readCreatedService } from "./createdService.ts";
import { ROLE_ARN, SERVICE_FORM } from "./forms.ts";
import type { ImageConfig } from "./image.ts";
import type { ConfigReader } from "./reader.ts";

export const SERVICES_KEYS = [
  "services",
  "createService",
  "servicesParallel",
  "serviceTimeout",
  "searchPaths",
] as const;

export interface ServiceConfig {
  /** Name of its cluster. */
  readonly cluster: string;
  readonly service: string;
  /** The container whose image is replaced; null: the one that runs an image of this stack's repository. */
  readonly container: string | null;
  /** The family of its task definition. */
  readonly family: string;
  /** ARNs of its task role and its execution role, which the build passes on. */
  readonly roles: readonly string[];
}

export interface ServicesConfig {
  /** The service that the stack makes; it is rolled before `targets`. */
  readonly created: CreatedService | undefined;
  readonly targets: readonly ServiceConfig[];
  readonly parallel: boolean;
  /** Seconds that a deploy waits for one service. */
  readonly timeout: number;
}

const SHAPE = "a list of {cluster, service} with container, family and roles as you need them";

interface Beside {
  readonly namePrefix: string;
  readonly cluster: ClusterConfig;
  readonly image: ImageConfig;
}

/** Empty if the stack rolls no service. */
export function readServices(reader: ConfigReader, { namePrefix, cluster, image }: Beside): ServicesConfig {
  const given = reader.json("services", SHAPE, isServiceList) ?? [];
  const targets = given.map(({ cluster, service, container, family, roles }) => ({
    cluster,
    service,
    container: container || null,
    family: family ?? service,
    roles: roles ?? [],
  }));
  for (const target of targets) checkService(reader, target);
  checkSearchPaths(reader);
  const created = readCreatedService(reader, namePrefix, cluster);
  const names = [...(created ? [created] : []), ...targets].map((each) => `${each.cluster}/${each.service}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) reader.reject("services", twice, "each service may be named once");
  if (names.length > 0 && image.kind === "migrations") {
    const rule =
      "with image migrations the stack builds no image of the application: set image to application";
    reader.reject(targets.length > 0 ? "services" : "createService", names, rule);
  }
  return {
    created,
    targets,
    parallel: reader.flag("servicesParallel"),
    timeout: reader.seconds("serviceTimeout", 60, 24 * 60 * 60),
  };
}

/** The deploy reads them before the program runs; here they are only checked, so that a preview reports them too. */
function checkSearchPaths(reader: ConfigReader): void {
  for (const path of reader.texts("searchPaths"))
    if (!FOLDER.test(path))
      reader.reject("searchPaths", path, "each must be a path from the repository's root, like app/src");
}

/** No start with `/` or `:`, which git reads as more than a path; no step up. */
const FOLDER = /^(?![/:])(?!(?:.*\/)?\.\.(?:\/|$))[^*?[\]\\]+$/;

/** Seconds that all services may take, one after the other or at once. */
export function longestRoll({ created, targets, parallel, timeout }: ServicesConfig): number {
  const count = targets.length + (created ? 1 : 0);
  return parallel ? Math.min(1, count) * timeout : count * timeout;
}

function checkService(reader: ConfigReader, { cluster, service, family, roles }: ServiceConfig): void {
  for (const name of [cluster, service, family])
    if (!SERVICE_FORM.pattern.test(name))
      reader.reject("services", name, `each name must be ${SERVICE_FORM.is}`);
  for (const role of roles)
    if (!ROLE_ARN.pattern.test(role)) reader.reject("services", role, `each of roles must be ${ROLE_ARN.is}`);
}

interface GivenService {
  readonly cluster: string;
  readonly service: string;
  readonly container?: string;
  readonly family?: string;
  readonly roles?: readonly string[];
}

function isServiceList(value: unknown): value is GivenService[] {
  return Array.isArray(value) && value.every(isService);
}

const TEXTS: ReadonlySet<string> = new Set(["cluster", "service", "container", "family"]);

function isService(value: unknown): value is GivenService {
  if (typeof value !== "object" || value === null) return false;
  const entries = Object.entries(value);
  const known = entries.every(([key, item]) =>
    key === "roles"
      ? Array.isArray(item) && item.every((role) => typeof role === "string")
      : TEXTS.has(key) && typeof item === "string",
  );
  return known && "cluster" in value && "service" in value;
}
