/**
 * Archives among a resource's inputs, which @pulumi/aws's own provider writes to a file for Terraform's. Only archives of texts,
 * which is all that the program has.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Json, Properties } from "./shapes.ts";

/** The key by which the provider protocol tells special values, and what stands there for an archive. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

/** Each archive as the path of a zip file, which is named by its content: the same content is never a difference. */
export function withArchiveFiles(properties: Properties): Properties {
  const entries = Object.entries(properties).map(([name, value]) => {
    const texts = textsOf(value);
    return [name, texts === undefined ? value : writeZip(zipOf(texts))] as const;
  });
  return Object.fromEntries(entries);
}

function writeZip(zip: Buffer): string {
  const path = join(tmpdir(), `${createHash("sha256").update(zip).digest("hex").slice(0, 16)}.zip`);
  writeFileSync(path, zip);
  return path;
}

function textsOf(value: Json): Readonly<Record<string, string>> | undefined {
  if (!isProperties(value) || value[SIGNATURE] !== ARCHIVE || !isProperties(value.assets ?? null))
    return undefined;
  const assets = Object.entries(value.assets as Properties);
  return Object.fromEntries(assets.map(([file, asset]) => [file, String((asset as Properties).text)]));
}

function isProperties(value: Json): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A zip file of uncompressed texts, all of one date, so that the same texts are the same bytes. Source: PKWARE's APPNOTE.TXT,
 * 4.3.7 (local file header), 4.3.12 (central directory header), 4.3.16 (its end).
 */
export function zipOf(texts: Readonly<Record<string, string>>): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(texts).sort()) {
    const content = Buffer.from(text);
    const header = headerOf(name, content);
    files.push(Buffer.concat([numbers([[0x04034b50, 4]]), header, Buffer.from(name), content]));
    const place: Field[] = [
      [0, 2],
      [0, 2],
      [0, 2],
      // Outside attributes: a regular file that everybody may read.
      [(0o100644 << 16) >>> 0, 4],
      [offset, 4],
    ];
    const version: Field[] = [
      [0x02014b50, 4],
      [(3 << 8) | 20, 2],
    ];
    directory.push(Buffer.concat([numbers(version), header, numbers(place), Buffer.from(name)]));
    offset += files.at(-1)?.length ?? 0;
  }
  const size = Buffer.concat(directory).length;
  const end: Field[] = [
    [0x06054b50, 4],
    [0, 4],
    [files.length, 2],
    [files.length, 2],
    [size, 4],
    [offset, 4],
    [0, 2],
  ];
  return Buffer.concat([...files, ...directory, numbers(end)]);
}

/** What both headers of a file share, from the version needed to the length of the extra field. */
function headerOf(name: string, content: Buffer): Buffer {
  return numbers([
    [20, 2],
    // Names are UTF-8.
    [0x0800, 2],
    [0, 2],
    [0, 2],
    // The first day that the format knows, 1 January 1980.
    [0x0021, 2],
    [crc32(content), 4],
    [content.length, 4],
    [content.length, 4],
    [Buffer.byteLength(name), 2],
    [0, 2],
  ]);
}

type Field = readonly [value: number, bytes: 2 | 4];

function numbers(fields: readonly Field[]): Buffer {
  const parts = fields.map(([value, bytes]) => {
    const part = Buffer.alloc(bytes);
    part.writeUIntLE(value, 0, bytes);
    return part;
  });
  return Buffer.concat(parts);
}
