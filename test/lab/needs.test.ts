/** A bare machine, by a fake of it: what is installed, in which order, and what is said where it cannot be. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Machine } from "./machine.ts";
import { ensureNeeds } from "./needs.ts";
import { ensureGo, zipUrl } from "./toolchain/go.ts";

function machineWith(commands: readonly string[], isRoot: boolean) {
  const ran: string[] = [];
  const machine: Machine = {
    platform: "linux",
    isRoot,
    cache: join(tmpdir(), "no-such-cache"),
    runtime: "/run/none",
    which: (name) => (commands.includes(name) ? [`/usr/bin/${name}`] : []),
    run: async (command, args) => {
      ran.push([command, ...args].join(" "));
      const version = command.endsWith("/go") ? "go version go1.19.8 linux/amd64\n" : "";
      return { code: 0, stdout: version, stderr: "" };
    },
  };
  return { machine, ran };
}

test("as root on Debian each missing thing is installed, with a line before it", async () => {
  const { machine, ran } = machineWith(["apt-get", "git"], true);
  const lines: string[] = [];
  await ensureNeeds(machine, (line) => lines.push(line));
  assert.deepEqual(lines, [
    "Python 3 with venv: apt-get install python3 python3-venv",
    "Docker: apt-get install docker.io iptables",
  ]);
  assert.deepEqual(
    ran.filter((command) => command.includes("install")),
    [
      "apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=600 python3 python3-venv",
      "apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=600 docker.io iptables",
    ],
  );
});

test("elsewhere everything that is missing is named at once", async () => {
  const { machine } = machineWith(["git"], false);
  await assert.rejects(
    ensureNeeds(machine, () => undefined),
    {
      message:
        "This machine lacks Python 3 with venv, Docker; install them, or run as root on Debian, and try again.",
    },
  );
});

test("a machine that has everything: nothing is installed and nothing said", async () => {
  const { machine, ran } = machineWith(["git", "python3", "docker"], false);
  await ensureNeeds(machine, () => assert.fail("a line"));
  assert.deepEqual(ran, ["/usr/bin/python3 -c import venv, ensurepip"]);
});

test("Debian's Go 1.19 cannot fetch a newer one, so the toolchain comes from the module proxy; another file is refused", async () => {
  const { machine } = machineWith(["go", "python3"], true);
  const asked: string[] = [];
  const download = async (url: string) => {
    asked.push(url);
    return Buffer.from("another file");
  };
  const found = createHash("sha256").update("another file").digest("hex");
  const proxy = "https://go.example/proxy,direct";
  await assert.rejects(ensureGo({ machine, report: () => undefined, arch: "x64", proxy, download }), {
    message: `The Go toolchain from ${asked[0] ?? zipUrl(proxy, "linux-amd64")} is not the pinned one (${found}).`,
  });
  assert.deepEqual(asked, [
    "https://go.example/proxy/golang.org/toolchain/@v/v0.0.1-go1.26.8.linux-amd64.zip",
  ]);
});

test("the proxy is GOPROXY's first URL; without one, where Go is to be had", () => {
  for (const proxy of ["", "off"])
    assert.throws(() => zipUrl(proxy, "linux-arm64"), {
      message:
        "Go 1.21 or newer is not on the PATH, and GOPROXY names no module proxy to take it from; install Go from https://go.dev/dl, or set GOPROXY.",
    });
  assert.match(
    zipUrl("off|http://127.0.0.1:8080/", "linux-arm64"),
    /^http:\/\/127\.0\.0\.1:8080\/golang\.org\//,
  );
});

test("a proxy that is out of reach: where Go is to be had", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "needs-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const { machine } = machineWith([], false);
  const options = { machine: { ...machine, cache: folder }, report: () => undefined, arch: "x64" };
  const url = zipUrl("http://127.0.0.1:9", "linux-amd64");
  await assert.rejects(ensureGo({ ...options, proxy: "http://127.0.0.1:9" }), {
    message: `${url} cannot be reached; install Go from https://go.dev/dl.`,
  });
});

test("a system that the module does not serve: where Go is to be had", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "needs-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const { machine } = machineWith([], false);
  const mac: Machine = { ...machine, platform: "darwin", cache: folder };
  await assert.rejects(ensureGo({ machine: mac, report: () => undefined, arch: "arm64", proxy: "" }), {
    message: "Go 1.21 or newer is not on the PATH; install it from https://go.dev/dl.",
  });
});
