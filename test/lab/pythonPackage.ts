/** Programs of the Python package index, each in a virtual environment of its own in the cache folder. */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { lastLine } from "./command.ts";
import { LabError } from "./labError.ts";
import { aptInstall, type Machine } from "./machine.ts";
import type { Report } from "./steps.ts";

export interface PythonPackage {
  readonly name: string;
  readonly extra?: string;
  readonly version: string;
  /** A module that imports if the installation is whole. */
  readonly module: string;
}

/**
 * Installs a package, once.
 *
 * @returns the path of its environment's Python
 * @throws {LabError} without Python 3.10 and its venv module, or where the package index gives no package
 */
export async function ensurePythonPackage(
  machine: Machine,
  wanted: PythonPackage,
  report: Report,
  signal?: AbortSignal,
): Promise<string> {
  const { name, version, module } = wanted;
  const home = join(machine.cache, `${name}-${version}`);
  const python = join(home, "bin", "python");
  // A Python that was upgraded away leaves an environment that cannot start; it is made anew.
  if (existsSync(python) && (await machine.run(python, ["-c", `import ${module}`])).code === 0) return python;
  const base = await findPython(machine, report);
  report(`         ${name}: installing ${version} from the Python package index, once`);
  const draft = `${home}.${process.pid}`;
  mkdirSync(machine.cache, { recursive: true });
  try {
    await install(machine, base, wanted, draft, signal);
    // Made beside its place and then moved, so that an interrupted start leaves no half of it. Its Python still runs.
    rmSync(home, { recursive: true, force: true });
    renameSync(draft, home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return python;
}

async function install(
  machine: Machine,
  base: string,
  { name, extra, version }: PythonPackage,
  draft: string,
  signal?: AbortSignal,
): Promise<void> {
  const options = { signal };
  const venv = await machine.run(base, ["-m", "venv", draft], options);
  if (venv.code !== 0)
    throw new LabError(
      `${base} -m venv failed (${lastLine(venv)}); install Python's venv module and try again.`,
    );
  const requirement = `${name}${extra === undefined ? "" : `[${extra}]`}==${version}`;
  const packages = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement];
  const pip = await machine.run(join(draft, "bin", "python"), packages, options);
  signal?.throwIfAborted();
  if (pip.code !== 0)
    throw new LabError(
      `${name} ${version} could not be installed from the Python package index (${lastLine(pip)}); check pip's configuration and the network.`,
    );
}

const PYTHON_CHECK = "import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 10) else 3)";

async function findPython(machine: Machine, report: Report): Promise<string> {
  const first = await usablePython(machine);
  if (first) return first;
  report("         python: installing Debian's python3 and python3-venv");
  if (await aptInstall(machine, ["python3", "python3-venv"])) {
    const second = await usablePython(machine);
    if (second) return second;
  }
  throw new LabError(
    "No Python 3.10 or newer with its venv module is on the PATH; install it (Debian: python3-venv) and try again.",
  );
}

async function usablePython(machine: Machine): Promise<string | undefined> {
  for (const path of machine.which("python3"))
    if ((await machine.run(path, ["-c", PYTHON_CHECK])).code === 0) return path;
  return undefined;
}
