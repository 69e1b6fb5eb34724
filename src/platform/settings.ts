import { z } from 'zod';

/** What an operator is told of a setting; docs/settings.md and .env.example are generated from it. */
interface SettingText {
  readonly name: string;
  /** What holds when it is empty, as words: `3000`, `required`. */
  readonly standard: string;
  /** What it is, in one line. */
  readonly what: string;
  /** More sentences for the operator who sets it. */
  readonly more?: string;
}

/** The settings of a room, under the heading they stand below. */
export interface SettingsTable<Name extends string = string> {
  readonly heading: string;
  /** Said of all of them. */
  readonly preface?: string;
  readonly settings: readonly (SettingText & { readonly name: Name })[];
}

/** What the process is started for: production, the demo company, or one command of the CLI. */
export type Mode = 'production' | 'demo' | 'tool';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings one by one and keeps every problem, so that all are reported at once. A problem never repeats the value,
 * which may be a secret.
 */
export class SettingsReader<Name extends string> {
  readonly problems: string[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The setting as text; empty counts as not set. */
  text(name: Name): string | undefined {
    const value = this.#environment[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** The setting as `schema` reads it, or undefined. A problem is reported as `problem`, never in the library's words. */
  read<Value>(name: Name, schema: z.ZodType<Value>, problem: string): Value | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const result = schema.safeParse(text);
    if (result.success) return result.data;
    this.problems.push(`${name} ${problem}.`);
    return undefined;
  }

  /** A whole number within bounds (both included), or undefined. */
  whole(name: Name, least: number, most: number): number | undefined {
    const schema = z.string().regex(/^\d+$/).transform(Number).pipe(z.int().min(least).max(most));
    return this.read(name, schema, `must be a whole number from ${least} to ${most}`);
  }

  /** A problem when the setting is not set. */
  require(name: Name, whatToDo: string): void {
    if (this.text(name) === undefined) this.problems.push(`${name} is not set: ${whatToDo}.`);
  }
}

const isLoopback = (host: string) => host === 'localhost' || host === '127.0.0.1' || host === '[::1]';

/** A web address without credentials, query or fragment; the slash at its end is dropped. `http` only where allowed. */
export const webAddress = (http: 'never' | 'loopback' | 'always') =>
  z
    .string()
    .refine((text) => {
      if (!URL.canParse(text)) return false;
      const url = new URL(text);
      const bare = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
      if (!bare || url.hostname === '') return false;
      if (url.protocol === 'https:') return true;
      return (
        url.protocol === 'http:' && (http === 'always' || (http === 'loopback' && isLoopback(url.hostname)))
      );
    })
    .transform((text) => text.replace(/\/+$/, ''));
