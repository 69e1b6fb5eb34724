import type { CallView } from '../../desk/desk-view.ts';
import { RUNGS, type RungName } from '../../desk/ladder.ts';
import { type Html, html } from '../html.ts';
import { LANGUAGE_NAMES } from '../layout.view.ts';
import type { PlainKey, Words } from '../words/words.ts';
import { card, type Drawing } from './marks.view.ts';

type Entry = CallView['soFar'][number];

/** What an entry of the record says to an agent; what is undefined is not shown. */
interface Told {
  readonly text: string;
  readonly mark?: 'ok' | 'bad';
}

/** Events that fit on the screen; the older ones are one press away. */
const NEWEST = 7;

const RECORDED: ReadonlyMap<string, RungName> = new Map([
  ['identity', 'identity'],
  ['pin.query', 'query_pin'],
  ['pin.transaction', 'transaction_pin'],
  ['code', 'code'],
]);

/** Entries that say the same with any data in them. */
const PLAIN: { readonly [type: string]: readonly [PlainKey, Told['mark']?] } = {
  'factor.lock': ['desk.event.locked', 'bad'],
  'code.sent': ['desk.event.codeSent'],
  'code.not_sent': ['desk.event.codeNotSent', 'bad'],
  'order.carried': ['desk.event.orderCarried', 'ok'],
  'order.refused': ['desk.event.orderRefused', 'bad'],
  'confirmation.given': ['desk.event.confirmed', 'ok'],
  'account.freeze': ['desk.event.frozen', 'ok'],
  'call.handoff': ['desk.event.waits'],
  'handoff.declined': ['desk.event.declined'],
  'handoff.transferred': ['desk.event.transferred'],
  'levels.lowered': ['desk.event.levelFell', 'bad'],
  'levels.voided': ['desk.event.levelEnded'],
  'handoff.supervised': ['desk.event.supervised'],
  'handoff.callback': ['desk.event.callback'],
  'call.ended': ['desk.event.ended'],
};

/** What has happened in the call, the newest last. */
export function soFarView(drawing: Drawing, call: CallView, ownId: string): Html {
  const { words } = drawing;
  const told = soFarTold(words, call, ownId);
  const line = ({ at, text, mark, rule }: (typeof told)[number]) =>
    html`<li><time>${drawing.shown.second(at)}</time><span class="${mark}">${mark === 'ok' ? '✓ ' : mark === 'bad' ? '✕ ' : ''}${text}</span><span>${rule}</span></li>`;
  const older = told.slice(0, -NEWEST);
  return card(
    words('desk.soFar'),
    html`${older.length > 0 && html`<details class="older s" id="older"><summary>${words('desk.older', { count: older.length })}</summary><ol class="events">${older.map(line)}</ol></details>`}
<ol class="events">${told.slice(-NEWEST).map(line)}</ol>`,
  );
}

/** What the record of a call says to the person who has it, oldest first: nothing that was keyed, and nothing of how often. */
export function soFarTold(words: Words, call: CallView, ownId: string) {
  const all = call.soFar.flatMap((entry) => {
    const said = tell(words, call, entry, ownId);
    return said ? [{ ...said, at: entry.at, rule: entry.rules[0] }] : [];
  });
  // The same again is told once: how often something was tried is nobody's to know.
  return all.filter(({ text }, at) => text !== all[at + 1]?.text);
}

function tell(words: Words, call: CallView, { type, data }: Entry, ownId: string): Told | undefined {
  const plain = PLAIN[type];
  if (plain) return { text: words(plain[0]), ...(plain[1] && { mark: plain[1] }) };
  switch (type) {
    case 'call.started':
      return { text: words('desk.event.started', { language: LANGUAGE_NAMES[call.language] }) };
    case 'handoff.taken':
      return { text: words(data.staffId === ownId ? 'desk.event.takenByYou' : 'desk.event.taken') };
    case 'handoff.moved':
      return data.to === 'held' ? { text: words('desk.event.held') } : undefined;
    case 'factor.outcome':
      return outcome(words, RECORDED.get(String(data.factor)), String(data.outcome));
    case 'handoff.keying':
      return keyed(words, String(data.factor), String(data.outcome));
    default:
      return undefined;
  }
}

function outcome(words: Words, rung: RungName | undefined, came: string): Told | undefined {
  if (!rung) return undefined;
  const what = words(`desk.rung.${rung}`);
  if (came === 'PASSED') return { text: words('desk.event.passed', { what }), mark: 'ok' };
  return came === 'FAILED' || came === 'LOCKED'
    ? { text: words('desk.event.failed', { what }), mark: 'bad' }
    : undefined;
}

function keyed(words: Words, factor: string, came: string): Told | undefined {
  const rung = RUNGS.find((known) => known === factor);
  const what = words(rung ? `desk.rung.${rung}` : 'desk.keyed.new_pin');
  switch (came) {
    case 'begun':
      return { text: words('desk.event.keying', { what }) };
    case 'passed':
      return { text: words('desk.event.passed', { what }), mark: 'ok' };
    case 'failed':
    case 'locked':
      return { text: words('desk.event.failed', { what }), mark: 'bad' };
    case 'gave_up':
    case 'taken_back':
    case 'refused':
      return { text: words('desk.event.broughtBack') };
    // That the line and the caller are alone is for the record.
    default:
      return undefined;
  }
}
