/** How a test shows an invariant: random inputs, several connections to a real database, a fault, or a removed check. */
export const TEST_KINDS = ['property-based', 'concurrency', 'fault-injection', 'mutation'] as const;
export type TestKind = (typeof TEST_KINDS)[number];

/** An invariant that is kept today. */
export interface KeptInvariant {
  readonly statement: string;
  /** Files of `src` that keep it. */
  readonly keptIn: readonly string[];
  /** Why no file is named. */
  readonly keptWithoutCode?: string;
  /** Test files, each with the beginning of the names of its tests or suites that fail when the invariant breaks. */
  readonly tests: { readonly [file: string]: readonly string[] };
  readonly kinds: readonly TestKind[];
  /** What these tests cannot show. */
  readonly notShown?: string;
}

/** An invariant that is not kept yet, or not shown to be. */
interface LaterInvariant {
  readonly statement: string;
  /** What is missing. */
  readonly later: string;
}

export type Invariant = KeptInvariant | LaterInvariant;

/** Invariants by number. */
export interface InvariantTable {
  readonly [number: number]: Invariant;
}
