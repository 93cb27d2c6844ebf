// Several files as one download: a ZIP archive whose members are stored as they are, since PDF files hardly shrink
// (PKWARE APPNOTE 6.3.10; names in UTF-8).

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** CRC-32 as ZIP wants it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

export interface Member {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** 1980-01-01, the format's first day: an archive of the same files is the same. */
const DAY = 0x0021;
const UTF8 = 0x0800;

/** Little-endian fields: [bytes, value] one after the other. */
function fields(...parts: [2 | 4, number][]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(parts.reduce((sum, [bytes]) => sum + bytes, 0)));
  let at = 0;
  for (const [bytes, value] of parts) {
    if (bytes === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += bytes;
  }
  return new Uint8Array(view.buffer);
}

/** Every name once: a second `a.pdf` becomes `a (2).pdf`. */
export function unique(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const dot = name.lastIndexOf(".");
    const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
    let free = name;
    for (let count = 2; taken.has(free); count += 1) free = `${stem} (${count})${extension}`;
    taken.add(free);
    return free;
  });
}

/** The archive of some files. */
export function zip(members: readonly Member[]): Blob {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  const names = unique(members.map((member) => member.name));
  members.forEach((member, index) => {
    const name = new TextEncoder().encode(names[index]);
    const common: [2 | 4, number][] = [
      [2, 20],
      [2, UTF8],
      [2, 0],
      [2, 0],
      [2, DAY],
      [4, crc32(member.bytes)],
      [4, member.bytes.length],
      [4, member.bytes.length],
      [2, name.length],
      [2, 0],
    ];
    const local = fields([4, 0x04034b50], ...common);
    parts.push(local, name, member.bytes);
    directory.push(fields([4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]), name);
    offset += local.length + name.length + member.bytes.length;
  });
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = fields([4, 0x06054b50], [2, 0], [2, 0], [2, members.length], [2, members.length], [4, size], [4, offset], [2, 0]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}
