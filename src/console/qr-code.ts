/**
 * A QR code (ISO/IEC 18004) of bytes, error correction L, versions 1 to 10, mask 0: what an authenticator app reads from a
 * screen. Written here because it is this small, and no page may load a script or a picture of anybody else's.
 */

/** Codewords in all, error correction codewords a block, and the data codewords of each block, of level L. */
const VERSIONS: readonly (readonly [correction: number, blocks: readonly number[]])[] = [
  [7, [19]],
  [10, [34]],
  [15, [55]],
  [20, [80]],
  [26, [108]],
  [18, [68, 68]],
  [20, [78, 78]],
  [24, [97, 97]],
  [30, [116, 116]],
  [18, [68, 68, 69, 69]],
];
/** Where the centres of the alignment patterns stand, by version from 2 on. */
const ALIGNMENT: readonly (readonly number[])[] = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
];
/** Level L and mask 0, with their own error correction: what both copies of the format say. */
const FORMAT = 0b111011111000100;

/** Products and logarithms in GF(256) over x^8 + x^4 + x^3 + x^2 + 1. */
function field(): { readonly power: readonly number[]; readonly log: readonly number[] } {
  const power: number[] = [];
  const log: number[] = [];
  for (let exponent = 0, value = 1; exponent < 255; exponent++) {
    power.push(value);
    log[value] = exponent;
    value = value << 1 > 255 ? (value << 1) ^ 0x11d : value << 1;
  }
  return { power, log };
}

const { power, log } = field();
const product = (one: number, other: number): number =>
  one === 0 || other === 0 ? 0 : (power[((log[one] ?? 0) + (log[other] ?? 0)) % 255] ?? 0);

/** The error correction codewords of a block: what is left of it divided by the generator polynomial. */
function correctionOf(data: readonly number[], count: number): readonly number[] {
  let generator = [1];
  for (let root = 0; root < count; root++) {
    const next = [...generator, 0];
    for (const [at, value] of generator.entries())
      next[at + 1] = (next[at + 1] ?? 0) ^ product(value, power[root] ?? 0);
    generator = next;
  }
  const rest = [...data, ...Array.from({ length: count }, () => 0)];
  for (let at = 0; at < data.length; at++) {
    const factor = rest[at] ?? 0;
    for (const [offset, value] of generator.entries())
      rest[at + offset] = (rest[at + offset] ?? 0) ^ product(value, factor);
  }
  return rest.slice(data.length);
}

/** Mode, length and bytes, filled up to what the version holds. */
function dataCodewords(bytes: Buffer, capacity: number, version: number): readonly number[] {
  const lengthBits = version < 10 ? 8 : 16;
  const bits = `0100${bytes.length.toString(2).padStart(lengthBits, '0')}${[...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')}`;
  const ended = bits.padEnd(Math.min(bits.length + 4, capacity * 8), '0');
  const whole = ended.padEnd(Math.ceil(ended.length / 8) * 8, '0');
  const words = (whole.match(/.{8}/g) ?? []).map((word) => Number.parseInt(word, 2));
  for (let pad = 0; words.length < capacity; pad++) words.push(pad % 2 === 0 ? 0xec : 0x11);
  return words;
}

/** Data and correction of all blocks, a codeword of each in turn. */
function interleaved(
  words: readonly number[],
  [correction, blocks]: (typeof VERSIONS)[number],
): readonly number[] {
  let from = 0;
  const parts = blocks.map((length) => {
    const data = words.slice(from, from + length);
    from += length;
    return { data, correction: correctionOf(data, correction) };
  });
  const inTurn = (lists: readonly (readonly number[])[]) =>
    Array.from({ length: Math.max(...lists.map(({ length }) => length)) }, (_, at) =>
      lists.flatMap((list) => list[at] ?? []),
    ).flat();
  return [...inTurn(parts.map(({ data }) => data)), ...inTurn(parts.map((part) => part.correction))];
}

/** Modules of a code while it is made: dark, light, or not said yet. */
class Modules {
  readonly size: number;
  readonly #cells: (boolean | undefined)[];

  constructor(size: number) {
    this.size = size;
    this.#cells = Array.from({ length: size * size });
  }

  at(row: number, column: number): boolean | undefined {
    return this.#cells[row * this.size + column];
  }

  set(row: number, column: number, dark: boolean): void {
    if (row >= 0 && column >= 0 && row < this.size && column < this.size)
      this.#cells[row * this.size + column] = dark;
  }

  /** A square of rings around a centre, dark where the distance is one of these. */
  rings(row: number, column: number, reach: number, dark: readonly number[]): void {
    for (let down = -reach; down <= reach; down++)
      for (let right = -reach; right <= reach; right++)
        this.set(row + down, column + right, dark.includes(Math.max(Math.abs(down), Math.abs(right))));
  }

  rows(): readonly (readonly boolean[])[] {
    return Array.from({ length: this.size }, (_, row) =>
      Array.from({ length: this.size }, (_, column) => this.at(row, column) === true),
    );
  }
}

/** Everything that is the same whatever is said. */
function drawPatterns(modules: Modules, version: number): void {
  const { size } = modules;
  for (const [row, column] of [
    [3, 3],
    [3, size - 4],
    [size - 4, 3],
  ] as const)
    modules.rings(row, column, 4, [0, 1, 3]);
  const centres = ALIGNMENT[version - 1] ?? [];
  for (const row of centres)
    for (const column of centres)
      if (modules.at(row, column) === undefined) modules.rings(row, column, 2, [0, 2]);
  for (let at = 8; at < size - 8; at++) {
    modules.set(6, at, at % 2 === 0);
    modules.set(at, 6, at % 2 === 0);
  }
  for (let bit = 0; bit < 15; bit++) {
    const dark = ((FORMAT >> bit) & 1) === 1;
    const near = bit < 6 ? bit : bit < 8 ? bit + 1 : size - 15 + bit;
    modules.set(near, 8, dark);
    const far = bit < 8 ? size - 1 - bit : bit === 8 ? 7 : 14 - bit;
    modules.set(8, far, dark);
  }
  modules.set(size - 8, 8, true);
  if (version >= 7) drawVersion(modules, version);
}

/** The number of a version from 7 on, with its own error correction, in two places. */
function drawVersion(modules: Modules, version: number): void {
  let rest = version;
  for (let bit = 0; bit < 12; bit++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let bit = 0; bit < 18; bit++) {
    const dark = ((bits >> bit) & 1) === 1;
    const [near, far] = [Math.floor(bit / 3), modules.size - 11 + (bit % 3)];
    modules.set(near, far, dark);
    modules.set(far, near, dark);
  }
}

/** Fills what is free, two columns at a time, up and down from the right, each module turned where mask 0 says so. */
function drawData(modules: Modules, words: readonly number[]): void {
  const { size } = modules;
  let bit = 0;
  let upwards = true;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const row = upwards ? size - 1 - step : step;
      for (const column of [right, right - 1]) {
        if (modules.at(row, column) !== undefined) continue;
        const dark = (((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
        modules.set(row, column, dark !== ((row + column) % 2 === 0));
        bit++;
      }
    }
    upwards = !upwards;
  }
}

/** The modules of a code, row by row, dark ones true; undefined where the text is too long for one. */
export function qrCode(text: string): readonly (readonly boolean[])[] | undefined {
  const bytes = Buffer.from(text, 'utf8');
  const at = VERSIONS.findIndex(([, blocks], index) => {
    const capacity = blocks.reduce((sum, length) => sum + length, 0);
    return bytes.length <= capacity - (index < 9 ? 2 : 3);
  });
  const found = VERSIONS[at];
  if (!found) return undefined;
  const version = at + 1;
  const capacity = found[1].reduce((sum, length) => sum + length, 0);
  const modules = new Modules(17 + 4 * version);
  drawPatterns(modules, version);
  drawData(modules, interleaved(dataCodewords(bytes, capacity, version), found));
  return modules.rows();
}
