/** Whether a change asks more or less of a caller than before; undefined where it is neither. */
export type Direction = 'stricter' | 'looser';

/** One thing that is different for callers, in words. */
export interface Change {
  readonly says: string;
  readonly direction?: Direction;
}

/** Changes of one kind, under a heading. */
export interface ChangeSection {
  readonly title: string;
  readonly changes: readonly Change[];
}

/** A change with its direction, where it has one. */
export function change(says: string, direction?: Direction): Change {
  return direction === undefined ? { says } : { says, direction };
}

/** Whether two values of a file say the same, whatever the order of their names. */
export function sameValue(before: unknown, after: unknown): boolean {
  return stable(before) === stable(after);
}

/** A text that two values share only when they say the same. */
export function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${name}:${stable(member)}`).join(',')}}`;
}
