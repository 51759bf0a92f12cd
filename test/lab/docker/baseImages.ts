import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastLine } from "../command.ts";
import { LabError } from "../labError.ts";
import { type Machine, thisMachine } from "../machine.ts";
import type { Report } from "../steps.ts";
import type { Docker } from "./docker.ts";

/** References to the three images that an application's Dockerfile takes as build arguments. */
export interface BaseImages {
  /** RUNTIME_IMAGE: what the application's image is made from. */
  readonly runtime: string;
  /** BUILDER_IMAGE: Go. */
  readonly builder: string;
  /** MIGRATOR_IMAGE: the migrator at /app/migrator, as migrator/Dockerfile makes it. */
  readonly migrator: string;
}

export interface BaseImagesOptions {
  readonly docker: Docker;
  readonly report: Report;
  /** The Dockerfile whose `ARG …_IMAGE=…` lines name the official images. */
  readonly dockerfile?: string;
  readonly machine?: Machine;
  readonly signal?: AbortSignal | undefined;
}

const ARGUMENTS = { runtime: "RUNTIME_IMAGE", builder: "BUILDER_IMAGE" } as const;
const PROJECT = join(import.meta.dirname, "..", "..", "..");
const APP_DOCKERFILE = join(PROJECT, "app", "Dockerfile");
const MIGRATOR = join(PROJECT, "migrator");

/**
 * The base images for a build on this machine: the official ones where they are here already or can be pulled, else
 * images made from Debian's busybox, the Go module proxy and this machine's Go, under tags with their versions.
 *
 * @throws {LabError} saying what is missing to make them
 */
export async function ensureBaseImages(options: BaseImagesOptions): Promise<BaseImages> {
  const machine = options.machine ?? thisMachine();
  const official = officialImages(readFileSync(options.dockerfile ?? APP_DOCKERFILE, "utf8"));
  if (official && (await haveOfficial(official, options)))
    return { ...official, migrator: await makeMigrator(options, machine) };
  const runtime = await localRuntimeImage(options, machine);
  const migrator = await makeMigrator(options, machine);
  const builder = await makeBuilder(options, machine, runtime);
  return { runtime, builder, migrator };
}

type OfficialImages = Omit<BaseImages, "migrator">;

/** The defaults of a Dockerfile's build arguments for official images, or undefined if it lacks one. */
export function officialImages(dockerfile: string): OfficialImages | undefined {
  const value = (name: string) => new RegExp(`^ARG ${name}=(\\S+)`, "m").exec(dockerfile)?.[1];
  const runtime = value(ARGUMENTS.runtime);
  const builder = value(ARGUMENTS.builder);
  return runtime && builder ? { runtime, builder } : undefined;
}

async function haveOfficial(images: OfficialImages, options: BaseImagesOptions): Promise<boolean> {
  for (const image of [images.runtime, images.builder]) {
    if (await options.docker.hasImage(image)) continue;
    options.signal?.throwIfAborted();
    if (!(await pull(options.docker, image, options.signal))) return false;
  }
  return true;
}

/** Milliseconds within which a registry must have answered; a pull that has begun may take its time. */
const REGISTRY_ANSWER = 4_000;

/** Pulls an image. @returns false if the registry is not reachable or has no such image */
export async function pull(docker: Docker, image: string, signal?: AbortSignal): Promise<boolean> {
  return await new Promise((resolve) => {
    const child = spawn(docker.path, ["pull", image], {
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
      ...(signal && { signal }),
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), REGISTRY_ANSWER);
    // The first line, "Pulling from …", comes with the registry's first answer.
    child.stdout.on("data", () => clearTimeout(timer));
    child.on("error", () => undefined);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

/** Runs `make` in a new temporary folder and builds the folder as an image, unless there is one of this tag already. */
async function makeImage(
  options: BaseImagesOptions,
  tag: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  if (await options.docker.hasImage(tag)) return tag;
  options.signal?.throwIfAborted();
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-image-"));
  try {
    await make(folder);
    await options.docker.build(folder, tag, ["--quiet"], { signal: options.signal });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return tag;
}

const RUNTIME_TAG = "ecs-migrate-lab/runtime:1";

const RUNTIME_DOCKERFILE = `FROM scratch
COPY files/ /
RUN ["/bin/busybox", "mkdir", "-p", "/tmp", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/sbin", "/root", "/var"]
RUN ["/bin/busybox", "chmod", "1777", "/tmp"]
RUN ["/bin/busybox", "--install", "-s"]
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["sh"]
`;

const PASSWD = `root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
`;
const GROUP = `root:x:0:
nobody:x:65534:
`;

/** A small Linux: every command of busybox, two users, the machine's CA certificates. */
export async function localRuntimeImage(
  options: BaseImagesOptions,
  machine = thisMachine(),
): Promise<string> {
  return await makeImage(options, RUNTIME_TAG, async (folder) => {
    const files = join(folder, "files");
    for (const name of ["bin", "etc/ssl/certs"]) mkdirSync(join(files, name), { recursive: true });
    copyFileSync(await busybox(machine, options), join(files, "bin/busybox"));
    chmodSync(join(files, "bin/busybox"), 0o755);
    writeFileSync(join(files, "etc/passwd"), PASSWD);
    writeFileSync(join(files, "etc/group"), GROUP);
    const certificates = "/etc/ssl/certs/ca-certificates.crt";
    if (existsSync(certificates)) copyFileSync(certificates, join(files, certificates));
    writeFileSync(join(folder, "Dockerfile"), RUNTIME_DOCKERFILE);
  });
}

/** Debian's static busybox, taken out of its package into the cache folder; nothing is installed. */
async function busybox(machine: Machine, options: BaseImagesOptions): Promise<string> {
  const kept = join(machine.cache, "busybox-static");
  if (existsSync(kept)) return kept;
  if (machine.which("apt-get").length === 0 || machine.which("dpkg-deb").length === 0)
    throw new LabError(
      "The base images can neither be pulled nor made (that takes Debian's or Ubuntu's busybox-static); give Docker access to a registry and try again.",
    );
  options.report("         images: fetching Debian's busybox-static");
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-busybox-"));
  try {
    // apt-get drops to a user of its own while it downloads.
    chmodSync(folder, 0o777);
    await download(machine, folder);
    await must(machine, "sh", ["-c", "dpkg-deb -x busybox-static_*.deb ."], folder);
    mkdirSync(machine.cache, { recursive: true });
    const path = ["usr/bin/busybox", "bin/busybox"].map((name) => join(folder, name)).find(existsSync);
    if (!path)
      throw new LabError(
        "Debian's busybox-static package has no busybox; see its contents with dpkg-deb -c.",
      );
    copyFileSync(path, `${kept}.${process.pid}`);
    renameSync(`${kept}.${process.pid}`, kept);
    return kept;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function download(machine: Machine, folder: string): Promise<void> {
  const args = ["download", "-q", "busybox-static"];
  if ((await machine.run("apt-get", args, { cwd: folder })).code === 0) return;
  // A fresh machine has no package lists yet.
  if (machine.isRoot) await must(machine, "apt-get", ["update", "-q"], folder);
  await must(machine, "apt-get", args, folder);
}

async function must(machine: Machine, name: string, args: readonly string[], cwd: string): Promise<void> {
  const result = await machine.run(name, args, { cwd });
  if (result.code !== 0) throw new LabError(`${name} ${args.join(" ")} failed (${lastLine(result)}).`);
}

/** The migrator's image, built from this checkout's migrator/ by this machine's Go. */
async function makeMigrator(options: BaseImagesOptions, machine: Machine): Promise<string> {
  const digest = await digestOfSources(MIGRATOR);
  return await makeImage(options, `ecs-migrate-lab/migrator:${digest}`, async (folder) => {
    copyFileSync(await migratorBinary(machine, options, digest), join(folder, "migrator"));
    writeFileSync(
      join(folder, "Dockerfile"),
      'FROM scratch\nCOPY migrator /app/migrator\nUSER 65534:65534\nENTRYPOINT ["/app/migrator"]\n',
    );
  });
}

/** The first 12 hex digits of SHA-256 of what is compiled: names and bytes of the sources and the module's files. */
async function digestOfSources(folder: string): Promise<string> {
  const names = (await readdir(folder, { recursive: true }))
    .filter((name) => /\.(go|pem|mod|sum)$/.test(name) && !name.endsWith("_test.go"))
    .sort();
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${name}\0`).update(await readFile(join(folder, name)));
  return hash.digest("hex").slice(0, 12);
}

/**
 * The migrator for Linux, built once for each state of its sources into the cache.
 *
 * @throws {LabError} if Go is missing or the build fails
 */
export async function migratorBinary(
  machine: Machine,
  options: Pick<BaseImagesOptions, "report" | "signal">,
  digest?: string,
): Promise<string> {
  const kept = join(machine.cache, `migrator-${digest ?? (await digestOfSources(MIGRATOR))}`, "migrator");
  if (existsSync(kept)) return kept;
  const go = goCommand(machine);
  options.report("         images: building the migrator from the Go module proxy, once");
  const draft = `${kept}.${process.pid}`;
  mkdirSync(join(kept, ".."), { recursive: true });
  const env = { ...process.env, CGO_ENABLED: "0", GOOS: "linux", GOFLAGS: "-mod=readonly -buildvcs=false" };
  const result = await machine.run(go, ["build", "-trimpath", "-ldflags", "-s -w", "-o", draft, "."], {
    env,
    cwd: MIGRATOR,
    signal: options.signal,
  });
  options.signal?.throwIfAborted();
  if (result.code !== 0)
    throw new LabError(`The migrator could not be built (${lastLine(result)}); check Go and GOPROXY.`);
  renameSync(draft, kept);
  return kept;
}

function goCommand(machine: Machine): string {
  const go = machine.which("go")[0];
  if (go) return go;
  throw new LabError(
    "The base images cannot be pulled, and there is no Go on the PATH to make them; give Docker access to a registry or install Go 1.24 or newer.",
  );
}

/** What a build of Go source reads of its toolchain; the rest (tests, documentation, other tools) stays behind. */
const TOOLCHAIN = ["VERSION", "go.env", "bin/go", "pkg/include", "src"];
const TOOLS = ["asm", "cgo", "compile", "link"];
const LEFT_BEHIND = ["testdata", "*_test.go", "src/cmd", "*.md"];

/** The runtime image with this machine's Go in it, for applications of the standard library alone. */
async function makeBuilder(options: BaseImagesOptions, machine: Machine, runtime: string): Promise<string> {
  const go = goCommand(machine);
  const found = await machine.run(go, ["env", "GOROOT", "GOVERSION", "GOHOSTARCH"]);
  const [root = "", version = "", architecture = ""] = found.stdout.trim().split("\n");
  if (machine.platform !== "linux")
    throw new LabError("This machine's Go is none for Linux containers; give Docker access to a registry.");
  return await makeImage(options, `ecs-migrate-lab/builder:${version}`, async (folder) => {
    options.report(`         images: packing ${version} as an image, once`);
    const tools = TOOLS.map((tool) => `pkg/tool/linux_${architecture}/${tool}`);
    const parts = [...TOOLCHAIN, ...tools].filter((part) => existsSync(join(root, part)));
    const exclude = LEFT_BEHIND.map((pattern) => `--exclude=${pattern}`);
    mkdirSync(join(folder, "go"));
    await must(machine, "tar", ["-C", root, ...exclude, "-cf", join(folder, "go.tar"), ...parts], folder);
    writeFileSync(join(folder, "Dockerfile"), builderDockerfile(runtime));
  });
}

function builderDockerfile(runtime: string): string {
  return `FROM ${runtime}
ADD go.tar /usr/local/go/
ENV PATH=/usr/local/go/bin:$PATH GOROOT=/usr/local/go GOPATH=/go GOTOOLCHAIN=local GOPROXY=off
WORKDIR /go
`;
}
