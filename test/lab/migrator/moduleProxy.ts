/** A Go module proxy from a folder. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";

export interface ModuleProxy {
  readonly port: number;
  /** The paths that were asked for and are there, in order. */
  served(): readonly string[];
  close(): Promise<void>;
}

/**
 * Serves the files of a module cache on all addresses of this machine: `$GOMODCACHE/cache/download` has a module proxy's layout
 * (go.dev/ref/mod, "Module cache").
 */
export async function serveModules(folder: string): Promise<ModuleProxy> {
  const served: string[] = [];
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://proxy").pathname));
    const file = join(folder, path);
    const send = async () => {
      if (!(await stat(file)).isFile()) throw new Error(`${path} is no file`);
      served.push(path);
      await pipeline(createReadStream(file), response);
    };
    // Go asks the next proxy, or gives up, after 404.
    send().catch(() => response.headersSent || response.writeHead(404).end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "0.0.0.0", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    served: () => served,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
