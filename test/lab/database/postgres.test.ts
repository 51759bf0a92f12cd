import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { databaseUrl, startPostgres } from "./postgres.ts";

test("a server with a database, more on demand, gone after stop", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-postgres-"));
  const server = await startPostgres({ folder, gateway: "127.0.0.1" });
  context.after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  assert.match(server.password, /^p@ss\/w%rd:.{12}#\?&$/);
  assert.equal(existsSync(join(folder, "postgresql-secret")), false);
  // The URL that a container gets, with its escaped password, opens the same database.
  const more = await server.createDatabase("second one");
  for (const url of [server.urlFromHost, server.urlFromContainer, more.fromContainer]) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("CREATE TABLE IF NOT EXISTS seen (n int)");
    await client.end();
  }
  assert.deepEqual(await server.query("second one", "SELECT count(*)::int AS n FROM seen"), [{ n: 0 }]);
  const wrong = new pg.Client({ connectionString: databaseUrl("127.0.0.1", server.port, "wrong", "shop") });
  await assert.rejects(wrong.connect(), { code: "28P01" });
  await server.stop();
  const late = new pg.Client({ connectionString: server.urlFromHost });
  await assert.rejects(late.connect(), { code: "ECONNREFUSED" });
});
