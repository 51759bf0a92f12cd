/**
 * Preloaded into the CLI by a test (`node --import`): kills the process, as `kill -9` does, when it is about to send an AWS
 * call. KILL_AT names the calls in order, `UpdateService,DescribeServices`: the last one is where it dies.
 */
import http from "node:http";
import { syncBuiltinESMExports } from "node:module";

const wanted = (process.env.KILL_AT ?? "").split(",").filter(Boolean);
// The children that the CLI starts live on, as they do after a kill -9.
delete process.env.KILL_AT;
const { request } = http;

/** The SDK gives the call's name in a header: `AmazonEC2ContainerServiceV20141113.UpdateService`. */
function callOf(options: unknown): string | undefined {
  const headers = (options as { headers?: Record<string, unknown> } | undefined)?.headers ?? {};
  const target = Object.entries(headers).find(([name]) => name.toLowerCase() === "x-amz-target")?.[1];
  return typeof target === "string" ? target.split(".").at(-1) : undefined;
}

http.request = ((...args: Parameters<typeof request>) => {
  if (wanted.length > 0 && args.some((arg) => callOf(arg) === wanted[0])) {
    wanted.shift();
    if (wanted.length === 0) process.kill(process.pid, "SIGKILL");
  }
  return request(...args);
}) as typeof request;
syncBuiltinESMExports();
