/**
 * What the lab needs of the machine, installed before the first thing that needs it. prepare.sh runs this file; it prints one
 * line on standard error for each thing that it installs, and on standard output the folders to put first on the PATH.
 */
import { pathToFileURL } from "node:url";
import { LabError } from "./labError.ts";
import { aptInstall, type Machine, thisMachine } from "./machine.ts";
import { ensureGo } from "./toolchain/go.ts";

interface Need {
  readonly what: string;
  readonly has: (machine: Machine) => boolean | Promise<boolean>;
  /** Debian's packages. */
  readonly packages: readonly string[];
}

const onPath = (command: string) => (machine: Machine) => machine.which(command).length > 0;

async function hasPython(machine: Machine): Promise<boolean> {
  const [python] = machine.which("python3");
  if (python === undefined) return false;
  return (await machine.run(python, ["-c", "import venv, ensurepip"])).code === 0;
}

/** In the order in which they are installed. Go comes last, since Python unpacks it. */
export const NEEDS: readonly Need[] = [
  { what: "Git", has: onPath("git"), packages: ["git"] },
  { what: "Python 3 with venv", has: hasPython, packages: ["python3", "python3-venv"] },
  { what: "Docker", has: onPath("docker"), packages: ["docker.io", "iptables"] },
];

/** @throws {LabError} naming everything that is missing and cannot be installed here */
export async function ensureNeeds(machine: Machine, report: (line: string) => void): Promise<void> {
  const missing: Need[] = [];
  for (const need of NEEDS) if (!(await need.has(machine))) missing.push(need);
  for (const { what, packages } of missing) {
    report(`${what}: apt-get install ${packages.join(" ")}`);
    if (await aptInstall(machine, packages)) continue;
    const names = missing.map((need) => need.what).join(", ");
    throw new LabError(`This machine lacks ${names}; install them, or run as root on Debian, and try again.`);
  }
}

async function main(): Promise<void> {
  const machine = thisMachine();
  const report = (line: string) => process.stderr.write(`prepare: ${line}\n`);
  await ensureNeeds(machine, report);
  const go = await ensureGo({ machine, report, arch: process.arch, proxy: process.env.GOPROXY ?? "" });
  process.stdout.write(go ?? "");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  main().catch((error: unknown) => {
    process.stderr.write(`prepare: ${error instanceof LabError ? error.message : String(error)}\n`);
    process.exitCode = 2;
  });
