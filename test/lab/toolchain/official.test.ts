/**
 * The official way, from a local server in the layout of Pulumi's own sites. What it serves is built from the registries;
 * Pulumi's archives themselves are not reachable where this was written.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { command } from "../command.ts";
import { thisMachine } from "../machine.ts";
import { PLUGIN_VERSIONS } from "../provider/versions.ts";
import { ensureGoTool, NODE_LANGUAGE_HOST, PULUMI_CLI } from "./goTool.ts";
import { type OfficialOptions, prepareOfficial } from "./official.ts";
import { archiveName, digestIn } from "./pulumiRelease.ts";

const { version } = PULUMI_CLI;
const ARCHIVE = archiveName(version, process.platform, process.arch) ?? "";
const PLUGIN = `pulumi-resource-aws-v${PLUGIN_VERSIONS.aws}-${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}.tar.gz`;
const RELEASE = `/releases/v${version}`;

let folder: string;
let server: Server;
let origin: string;
/** Paths of addresses to files; all else is 404. */
const served = new Map<string, string>();
let requests: string[] = [];

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "official-"));
  server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    if (request.method !== "HEAD") requests.push(path);
    const file = served.get(path);
    if (file === undefined) response.writeHead(request.method === "HEAD" ? 200 : 404).end();
    else {
      // The CLI refuses an answer that does not say its length.
      response.setHeader("content-length", statSync(file).size);
      createReadStream(file).pipe(response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  served.clear();
  requests = [];
});

/** Packs files as an archive whose entries are below `prefix`. @returns the archive's path */
async function pack(name: string, prefix: string, files: readonly string[]): Promise<string> {
  const scratch = mkdtempSync(join(folder, "pack-"));
  mkdirSync(join(scratch, prefix), { recursive: true });
  for (const file of files) copyFileSync(file, join(scratch, prefix, basename(file)));
  const archive = join(scratch, name);
  const entries = readdirSync(scratch).filter((entry) => entry !== name);
  // The fastest compression: the CLI has 170 MB.
  await command("tar", ["-C", scratch, "-cf", archive, "-I", "gzip -1", ...entries]);
  return archive;
}

/** Puts a release with these programs on the server, and its list of digests beside it. */
async function release(files: readonly string[], digest?: string): Promise<void> {
  const archive = await pack(ARCHIVE, "pulumi", files);
  const actual = createHash("sha256").update(readFileSync(archive)).digest("hex");
  const list = join(dirname(archive), "list");
  writeFileSync(
    list,
    `${"0".repeat(64)}  pulumi-v${version}-windows-x64.zip\n${digest ?? actual}  ${ARCHIVE}\n`,
  );
  served.set(`${RELEASE}/${ARCHIVE}`, archive);
  served.set(`${RELEASE}/pulumi-${version}-checksums.txt`, list);
}

function script(name: string, text: string): string {
  const path = join(mkdtempSync(join(folder, "script-")), name);
  writeFileSync(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}

/** A machine with nothing in its cache, and a `pulumi` on the PATH where one is given. */
function machine(pulumi?: string): OfficialOptions & { readonly lines: string[] } {
  const root = mkdtempSync(join(folder, "machine-"));
  const lines: string[] = [];
  const path = [
    ...(pulumi === undefined ? [] : [dirname(pulumi)]),
    dirname(process.execPath),
    "/usr/bin",
    "/bin",
  ];
  return {
    home: join(root, "home"),
    cacheDir: join(root, "cache"),
    report: (line) => lines.push(line),
    sites: { releases: `${origin}/releases`, plugins: `${origin}/plugins` },
    env: { ...process.env, PATH: path.join(delimiter) },
    lines,
  };
}

/** A CLI that has the plugin already, or a list of other plugins. */
const fakeCli = (told: string, plugins = [{ name: "aws", version: PLUGIN_VERSIONS.aws }]) =>
  `case "$1 $2" in version*) echo ${told} ;; "plugin ls") echo '${JSON.stringify(plugins)}' ;; *) echo no >&2; exit 1 ;; esac`;

describe("without pulumi on the PATH", () => {
  test("the CLI is downloaded, compared, unpacked and run, and installs the plugin; the next time nothing is asked for", async () => {
    const cache = thisMachine().cache;
    const report = () => undefined;
    const tools = [PULUMI_CLI, NODE_LANGUAGE_HOST];
    await release(await Promise.all(tools.map((tool) => ensureGoTool(tool, cache, report))));
    served.set(`/plugins/${PLUGIN}`, await pack(PLUGIN, ".", [script("pulumi-resource-aws", "exit 0")]));
    const options = machine();
    const first = await prepareOfficial(options);
    assert.ok(first.ready, first.ready ? "" : first.why);
    assert.deepEqual(readdirSync(first.folder ?? "").sort(), ["pulumi", "pulumi-language-nodejs"]);
    assert.equal(await command(join(first.folder ?? "", "pulumi"), ["version"]), `v${version}\n`);
    assert.equal(
      readFileSync(
        join(options.home, `plugins/resource-aws-v${PLUGIN_VERSIONS.aws}/pulumi-resource-aws`),
        "utf8",
      ),
      "#!/bin/sh\nexit 0\n",
    );
    assert.deepEqual(options.lines, [
      `downloading the Pulumi CLI ${version} (once, about a minute)`,
      `installing Pulumi's aws plugin ${PLUGIN_VERSIONS.aws} (once, about a minute)`,
    ]);
    assert.deepEqual(requests, [
      `${RELEASE}/pulumi-${version}-checksums.txt`,
      `${RELEASE}/${ARCHIVE}`,
      `/plugins/${PLUGIN}`,
    ]);
    requests = [];
    assert.deepEqual(await prepareOfficial(options), first);
    assert.deepEqual(requests, []);
  });

  test("an archive that is not what the list says is not unpacked, and the cache stays empty", async () => {
    await release([script("pulumi", fakeCli(`v${version}`))], "f".repeat(64));
    const options = machine();
    const found = await prepareOfficial(options);
    assert.match(
      found.ready ? "" : found.why,
      new RegExp(`^${ARCHIVE} has the SHA-256 [0-9a-f]{64}, but the release's list says f{64}\\.$`),
    );
    assert.deepEqual(readdirSync(join(options.cacheDir, "tools")), []);
  });

  test("a release that is not there says so", async () => {
    const found = await prepareOfficial(machine());
    assert.deepEqual(found, {
      ready: false,
      why: `${origin}${RELEASE}/pulumi-${version}-checksums.txt cannot be had (HTTP 404).`,
    });
  });

  test("a plugin that cannot be installed says so, and the CLI stays for the next time", async () => {
    await release([script("pulumi", fakeCli(`v${version}`, []))]);
    const options = machine();
    const found = await prepareOfficial(options);
    assert.match(found.ready ? "" : found.why, /^the aws plugin could not be installed: .*\nno$/s);
    assert.equal(readdirSync(join(options.cacheDir, "tools")).length, 1);
  });

  test("no network: says so, and nothing is asked for", async () => {
    const options = {
      ...machine(),
      sites: { releases: "http://127.0.0.1:1", plugins: "http://127.0.0.1:1" },
    };
    assert.deepEqual(await prepareOfficial(options), {
      ready: false,
      why: "no pulumi on the PATH, and Pulumi's releases are out of reach",
    });
  });
});

test("a good pulumi on the PATH is taken, an old one is not", async () => {
  const good = machine(script("pulumi", fakeCli("v3.200.0")));
  assert.deepEqual(await prepareOfficial(good), { ready: true, folder: undefined });
  await release([script("pulumi", fakeCli(`v${version}`))]);
  const found = await prepareOfficial(machine(script("pulumi", fakeCli("v3.100.0"))));
  assert.match(found.ready ? (found.folder ?? "") : found.why, /\/tools\/pulumi-release-/);
});

test("the archives' names, and the digest of one in the release's list", () => {
  assert.equal(archiveName("3.274.1", "darwin", "arm64"), "pulumi-v3.274.1-darwin-arm64.tar.gz");
  assert.equal(archiveName("3.274.1", "win32", "x64"), undefined);
  assert.equal(archiveName("3.274.1", "linux", "riscv64"), undefined);
  const list = "AB12  pulumi-v1-linux-x64.tar.gz\ncd34 *pulumi-v1-darwin-x64.tar.gz\n";
  assert.equal(digestIn(list, "pulumi-v1-linux-x64.tar.gz"), "ab12");
  assert.equal(digestIn(list, "pulumi-v1-darwin-x64.tar.gz"), "cd34");
  assert.equal(digestIn(list, "x"), undefined);
});
