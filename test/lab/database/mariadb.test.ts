import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isMysql, startMariadb } from "./mariadb.ts";

test("a server with a database, more on demand, gone after stop", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "ecs-migrate-mariadb-"));
  const server = await startMariadb({ folder, gateway: "172.17.0.1" });
  context.after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  assert.match(server.password, /^p@ss\/w%rd:.{12}#\?&$/);
  const escaped = encodeURIComponent(server.password);
  assert.equal(server.urlFromContainer, `mysql://migrator:${escaped}@tcp(172.17.0.1:${server.port})/shop`);
  const more = await server.createDatabase("second");
  assert.equal(more.fromHost, `mysql://migrator:${escaped}@tcp(127.0.0.1:${server.port})/second`);
  await server.query("second", "CREATE TABLE seen (n INT); INSERT INTO seen VALUES (1), (2);");
  assert.deepEqual(await server.query("second", "SELECT n FROM seen ORDER BY n"), [["1"], ["2"]]);
  const refused = await server.run("second", "SELECT 1; ALTER TABLE nope ADD c INT;");
  assert.deepEqual(
    { ok: refused.ok, rows: refused.rows, errno: refused.errno },
    { ok: false, rows: [["1"]], errno: 1146 },
  );
  assert.equal(refused.error, "ERROR 1146 (42S02) at line 1: Table 'second.nope' doesn't exist");
  await server.stop();
  assert.equal((await server.run("shop", "SELECT 1")).errno, isMysql ? 2003 : 2002);
});
