/**
 * Go for a machine that has none, or one from before Go could fetch its own toolchain (1.21; Debian 12 has 1.19). The toolchain
 * is a module like any other: `golang.org/toolchain` on the Go module proxy (go.dev/doc/toolchain).
 */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lastLine } from "../command.ts";
import { LabError } from "../labError.ts";
import type { Machine } from "../machine.ts";

/** The version that migrator/go.mod and the modules beside this file want. */
export const GO_VERSION = "1.26.8";

/** SHA-256 of the module's zip file, by system. */
const ZIPS: Readonly<Record<string, string>> = {
  "linux-amd64": "30c2b1bf7dcc88d3eb0a1364e47ddd9128edb3110a30e8a0ef61cd5856b31de7",
  "linux-arm64": "02b36b6787b3ac767668f630e2998df45a3b1f9ffee08d1bf3ef6487cd658d99",
};

export interface GoOptions {
  readonly machine: Machine;
  readonly report: (line: string) => void;
  /** Node's word for the processor. */
  readonly arch: string;
  /** GOPROXY as Go reads it. */
  readonly proxy: string;
  readonly download?: (url: string) => Promise<Buffer>;
}

/**
 * @returns the folder to put first on the PATH; undefined if the machine's own Go will do
 * @throws {LabError} if the proxy does not give the toolchain, or another file than the pinned one
 */
export async function ensureGo(options: GoOptions): Promise<string | undefined> {
  const { machine, report, arch, proxy, download = fetchFile } = options;
  if (await hasGo(machine)) return undefined;
  const system = `${machine.platform}-${arch === "x64" ? "amd64" : arch}`;
  const wanted = ZIPS[system];
  if (wanted === undefined)
    throw new LabError("Go 1.21 or newer is not on the PATH; install it from https://go.dev/dl.");
  const home = join(machine.cache, `go-${GO_VERSION}-${system}`);
  const bin = join(home, "bin");
  if (existsSync(bin)) return bin;
  report(`go: ${GO_VERSION} from the Go module proxy, once (72 MB)`);
  const zip = await download(zipUrl(proxy, system));
  const found = createHash("sha256").update(zip).digest("hex");
  if (found !== wanted)
    throw new LabError(`The Go toolchain from ${zipUrl(proxy, system)} is not the pinned one (${found}).`);
  await unpack(machine, zip, home, system);
  return bin;
}

/**
 * @param proxy a list, of which the first that is a URL serves
 * @throws {LabError} if it has none
 */
export function zipUrl(proxy: string, system: string): string {
  const base = proxy.split(/[,|]/).find((entry) => /^https?:/.test(entry));
  if (base === undefined)
    throw new LabError(
      "Go 1.21 or newer is not on the PATH, and GOPROXY names no module proxy to take it from; install Go from https://go.dev/dl, or set GOPROXY.",
    );
  return `${base.replace(/\/$/, "")}/golang.org/toolchain/@v/v0.0.1-go${GO_VERSION}.${system}.zip`;
}

async function hasGo(machine: Machine): Promise<boolean> {
  const [go] = machine.which("go");
  if (go === undefined) return false;
  const { stdout } = await machine.run(go, ["version"]);
  const [, minor = "0"] = /\bgo1\.(\d+)/.exec(stdout) ?? [];
  return Number(minor) >= 21;
}

async function fetchFile(url: string): Promise<Buffer> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw new LabError(`${url} cannot be reached; install Go from https://go.dev/dl.`, { cause });
  });
  if (!response.ok)
    throw new LabError(`${url} answers ${response.status}; install Go from https://go.dev/dl.`);
  return Buffer.from(await response.arrayBuffer());
}

/** A module's zip keeps no modes, so the programs are made executable. */
async function unpack(machine: Machine, zip: Buffer, home: string, system: string): Promise<void> {
  const draft = `${home}.${process.pid}`;
  const [python = "python3"] = machine.which("python3");
  mkdirSync(draft, { recursive: true });
  try {
    writeFileSync(join(draft, "go.zip"), zip);
    const result = await machine.run(python, ["-m", "zipfile", "-e", join(draft, "go.zip"), draft]);
    if (result.code !== 0) throw new LabError(`The Go toolchain cannot be unpacked (${lastLine(result)}).`);
    const root = join(draft, `golang.org/toolchain@v0.0.1-go${GO_VERSION}.${system}`);
    for (const folder of ["bin", `pkg/tool/${system.replace("-", "_")}`])
      for (const file of readdirSync(join(root, folder))) chmodSync(join(root, folder, file), 0o755);
    renameSync(root, home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
