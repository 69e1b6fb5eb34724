import type { FormatStep, StoredRecord } from './format-step.ts';
import { SMS_0_1_0 } from './sms-of-format-1.ts';

/** What version 0.1.0 kept of a wait in a queue was the carrier's word. */
const QUEUE_RESULTS: { readonly [word: string]: string } = {
  bridged: 'answered',
  // 0.1.0 took it for a wait that had failed, whatever the carrier meant by it: its calls are decided as they were.
  'bridging-in-process': 'failed',
  redirected: 'answered',
  'redirected-from-bridged': 'answered',
  hangup: 'hung_up',
  leave: 'left',
  'queue-full': 'full',
  error: 'failed',
  'system-error': 'failed',
};

const neutral = (word: string) => (Object.hasOwn(QUEUE_RESULTS, word) ? QUEUE_RESULTS[word] : 'failed');

/** The guards of a flow file that name how a wait ended, in neutral words and each of them once. */
function neutralFlow(flow: string): string {
  return flow.replace(
    /(type: queueResultIs, params: \{ results: \[)([^\]]*)(\])/g,
    (_, before: string, words: string, after: string) =>
      `${before}${[...new Set(words.split(',').map((word) => neutral(word.trim())))].join(', ')}${after}`,
  );
}

function neutralEvent(event: StoredRecord): StoredRecord {
  return event.type === 'QUEUE_LEFT' && typeof event.result === 'string'
    ? { ...event, result: neutral(event.result) }
    : event;
}

/**
 * From what version 0.1.0 wrote to what 0.2.0 writes: how a wait in a queue ended is said in the service's own words,
 * and a release holds the words of its messages, which stood in the program before.
 */
export const FORMAT_2: FormatStep = {
  release: (document) => ({ ...document, flow: neutralFlow(String(document.flow)), sms: SMS_0_1_0 }),
  journal: (journal) => ({
    ...journal,
    steps: (journal.steps as readonly StoredRecord[]).map((step) => ({
      ...step,
      event: neutralEvent(step.event as StoredRecord),
    })),
  }),
  entry: (entry) => entry,
};
