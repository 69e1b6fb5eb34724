import type { Language } from '../../src/locales/catalogue.ts';
import type { Speech } from '../../src/speech/reply.ts';

/** What this carrier is told to do, in order: say, then one of the others. */
export interface JsonAnswer {
  readonly say: readonly { readonly text: string; readonly language: string; readonly cutByKey: boolean }[];
  readonly waitSeconds?: number;
  readonly collect?: {
    readonly url: string;
    readonly keys: 'one' | 'many' | 'two';
    readonly seconds: number;
  };
  readonly queue?: { readonly name: string; readonly url: string; readonly whileWaiting?: string };
  /** Where `**` goes that is keyed beside the words. */
  readonly starsTo?: string;
  readonly leave?: true;
  /** A room with others, and where to go from there; `taken` is asked where a place of this name is taken. */
  readonly room?: {
    readonly name: string;
    readonly place: string;
    readonly next: string;
    readonly taken: string;
  };
  /** The same document again. */
  readonly again?: string;
  readonly ask?: string;
  readonly hangUp?: true;
}

/** What is said, and whether a key cuts it short. */
export type Words = (speech: Speech, language: Language) => JsonAnswer['say'][number];

/** A document of this carrier. */
export const answer = (document: JsonAnswer) => JSON.stringify(document);
