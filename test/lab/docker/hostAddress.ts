/** Where a container finds a service that listens on all addresses of this machine. */
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import { LabError } from "../labError.ts";
import type { Docker } from "./docker.ts";

/** What the answer depends on. */
export interface EngineFacts {
  /** This machine's, not the engine's. */
  readonly platform: NodeJS.Platform;
  /** `docker info`: `Docker Desktop`, `Debian GNU/Linux 12 (bookworm)`. */
  readonly operatingSystem: string;
  /** `docker info`: `name=seccomp,profile=default`, `name=rootless`. */
  readonly securityOptions: readonly string[];
  /** The addresses of the default bridge's gateway. */
  readonly gateways: readonly string[];
  readonly interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;
}

/** The name that engines in a virtual machine give the host in each container (Docker Docs, Docker Desktop, networking). */
const HOST_OF_VIRTUAL_MACHINE = "host.docker.internal";
/** Docker's own default, where an engine has set no gateway yet. */
const DEFAULT_GATEWAY = "172.17.0.1";

/**
 * The host's name or address as containers on the default bridge see it. Pure.
 *
 * - An engine in a virtual machine (Docker Desktop on any system, every engine on macOS): the bridge is the machine's own.
 * - A rootless engine: the bridge is in a network namespace of its own, which shuts out the host's loopback; the host's
 *   other addresses are reached as any outside address is (Docker Docs, rootless mode).
 * - Else the gateway of the bridge, which is the host.
 *
 * @throws {LabError} for a rootless engine on a machine without an address of its own
 */
export function hostAddressOf(facts: EngineFacts): string {
  const { platform, operatingSystem, securityOptions, gateways, interfaces } = facts;
  if (platform !== "linux" || operatingSystem.includes("Docker Desktop")) return HOST_OF_VIRTUAL_MACHINE;
  if (!securityOptions.some((option) => option.split(",").includes("name=rootless")))
    return gateways.find((address) => address.includes(".")) ?? DEFAULT_GATEWAY;
  const outside = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal);
  if (outside !== undefined) return outside.address;
  throw new LabError(
    "The Docker engine is rootless, and this machine has no address besides 127.0.0.1 that containers could reach; connect a network, or start an engine as root.",
  );
}

/** @throws {LabError} as {@link hostAddressOf} */
export async function findHostAddress(docker: Docker): Promise<string> {
  const info = await docker.exec(["info", "--format", "{{json .}}"]);
  const { OperatingSystem = "", SecurityOptions = [] } = JSON.parse(info) as {
    OperatingSystem?: string;
    SecurityOptions?: string[];
  };
  const template = "{{range .IPAM.Config}}{{.Gateway}} {{end}}";
  const gateways = await docker.exec(["network", "inspect", "bridge", "--format", template]);
  return hostAddressOf({
    platform: process.platform,
    operatingSystem: OperatingSystem,
    securityOptions: SecurityOptions,
    gateways: gateways.trim().split(" "),
    interfaces: networkInterfaces(),
  });
}
