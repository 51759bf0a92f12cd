import assert from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import { test } from "node:test";
import { LabError } from "../labError.ts";
import { type EngineFacts, hostAddressOf } from "./hostAddress.ts";

const address = (text: string, more: Partial<NetworkInterfaceInfo> = {}) =>
  ({ address: text, family: "IPv4", internal: false, ...more }) as NetworkInterfaceInfo;
const LOOPBACK = { lo: [address("127.0.0.1", { internal: true })] };
const DEBIAN: EngineFacts = {
  platform: "linux",
  operatingSystem: "Debian GNU/Linux 12 (bookworm)",
  securityOptions: ["name=seccomp,profile=default"],
  gateways: ["172.18.0.1"],
  interfaces: LOOPBACK,
};
const ROOTLESS = ["name=seccomp,profile=builtin", "name=rootless", "name=cgroupns"];

const CASES: readonly [string, Partial<EngineFacts>, string][] = [
  ["an engine of root's on Linux: the gateway of its bridge", {}, "172.18.0.1"],
  ["an IPv6 gateway beside it", { gateways: ["fd00::1", "172.18.0.1"] }, "172.18.0.1"],
  ["no gateway set yet: Docker's default", { gateways: [""] }, "172.17.0.1"],
  [
    "Docker Desktop on macOS",
    { platform: "darwin", operatingSystem: "Docker Desktop" },
    "host.docker.internal",
  ],
  [
    "another engine on macOS",
    { platform: "darwin", operatingSystem: "Alpine Linux v3.20" },
    "host.docker.internal",
  ],
  ["Docker Desktop on Linux and under WSL", { operatingSystem: "Docker Desktop" }, "host.docker.internal"],
  [
    "a rootless engine: an address of the host's own",
    {
      securityOptions: ROOTLESS,
      interfaces: { ...LOOPBACK, eth0: [address("fe80::1", { family: "IPv6" }), address("192.0.2.7")] },
    },
    "192.0.2.7",
  ],
];

for (const [title, facts, wanted] of CASES)
  test(title, () => assert.equal(hostAddressOf({ ...DEBIAN, ...facts }), wanted));

test("a rootless engine on a machine without a network says so", () => {
  assert.throws(
    () => hostAddressOf({ ...DEBIAN, securityOptions: ROOTLESS }),
    (error) => {
      assert.ok(error instanceof LabError);
      assert.match(
        error.message,
        /^The Docker engine is rootless, and this machine has no address besides 127\.0\.0\.1/,
      );
      return true;
    },
  );
});
