import { isFreezeWanted } from '../../flow/order-in-flow.ts';
import type { Release } from '../../flow/release.ts';
import { isFreezeOperation, type StateMeta } from '../../flow/vocabulary.ts';
import type { Node, Transition } from '../explore.ts';
import { asksToFreeze, handoffOf, promptsSaid, reachesPerson, speechOf } from './observed.ts';
import type { Property } from './property.ts';

function metaAt(node: Node, release: Release): StateMeta | undefined {
  return release.flow.steps.get(node.call.step)?.meta;
}

/** Where a caller is asked, after the time has run out, whether a freeze was meant. */
function isWaitingForStar(node: Node, release: Release): boolean {
  const { say = [], collect } = metaAt(node, release) ?? {};
  return collect !== undefined && say.includes('freeze.meant');
}

/** Nobody is on the line any more. */
function isGone({ occurrence: { event } }: Transition): boolean {
  return event.type === 'HANGUP' || (event.type === 'QUEUE_LEFT' && event.result === 'hung_up');
}

/** A freeze is heard, carried out, and never claimed: V8 and R18.2 on every path. */
export const REACH: readonly Property[] = [
  {
    id: 'freeze-from-everywhere',
    rules: ['R18.2', 'V8'],
    claim:
      'Pressing star twice freezes from everywhere: at once when somebody is known, otherwise by way of the identity, and no count or limit stands before it.',
    onTransition({ from, occurrence, to }, release) {
      if (occurrence.event.type !== 'FREEZE' || !to) return undefined;
      const meta = metaAt(to, release);
      if (!asksToFreeze(to.call)) return `Star twice at ${from.call.step} does not begin a freeze.`;
      const asks = meta?.collect?.kind === 'entry';
      const isKnown = from.call.status === 'live' && from.call.proofs.customerId !== undefined;
      return isFreezeOperation(meta?.perform) || (asks && !isKnown)
        ? undefined
        : `Star twice at ${from.call.step} leads to ${to.call.step}, which freezes nothing.`;
    },
  },
  {
    id: 'freeze-is-heard-everywhere',
    rules: ['R18.2', 'V8', 'S1'],
    claim:
      'Star twice is heard beside everything that is said: a read-back that nothing else cuts short, the wait for a person, a goodbye.',
    onTransition(transition) {
      const { from, occurrence, decision } = transition;
      if (decision?.next.kind !== 'reply' || isGone(transition)) return undefined;
      const { ending, speech } = decision.next.reply;
      const isDeaf =
        ending.kind === 'collect'
          ? speech.some(({ bargeIn }) => bargeIn === false)
          : ending.hears !== 'freeze';
      return isDeaf
        ? `After ${occurrence.event.type} at ${from.call.step} words are said in which no key is heard.`
        : undefined;
    },
  },
  {
    id: 'freeze-needs-only-the-identity',
    rules: ['R18.2', 'V8'],
    claim:
      'Who came to freeze and keys the identity rightly has it carried out, whatever was counted before.',
    onTransition({ from, occurrence, to }, release) {
      if (!to || !isFreezeWanted(from.call.flow)) return undefined;
      const collect = metaAt(from, release)?.collect;
      if (collect?.kind !== 'entry') return undefined;
      const { type } = occurrence.event;
      const next = metaAt(to, release);
      if (type === 'PASSED' && !isFreezeOperation(next?.perform))
        return `The identity is right at ${from.call.step} and nothing is frozen.`;
      const isAsked = next?.collect?.kind === 'entry' && next.collect.factor === 'identity';
      return type === 'ENTERED' && !isAsked
        ? `A number keyed for a freeze at ${from.call.step} is not followed by the identity.`
        : undefined;
    },
  },
  {
    id: 'freeze-identity-opens-nothing',
    rules: ['Z2', 'R18.1'],
    claim:
      'An identity that is keyed for a freeze, which nothing limits, serves the freeze and leads to no PIN and no order.',
    onTransition({ from, to }, release) {
      if (!to || !asksToFreeze(from.call) || from.call.status === 'ended') return undefined;
      const { pins } = from.call.proofs;
      if (pins.query !== undefined || pins.transaction !== undefined) return undefined;
      const meta = metaAt(to, release);
      const asksSecret = meta?.collect?.kind === 'entry' && meta.collect.factor === 'pin';
      return asksSecret || meta?.perform === 'order.carryOut'
        ? `Who keyed an identity for a freeze comes from ${from.call.step} to ${to.call.step}.`
        : undefined;
    },
  },
  {
    id: 'not-frozen-is-said',
    rules: ['R18.2', 'V8', 'R12.1'],
    claim:
      'Who came to freeze and is handed to a person without it hears that nothing is frozen yet, and waits where freezes are looked after.',
    onTransition({ from, occurrence, decision }) {
      if (!handoffOf(decision) || !decision || !isFreezeWanted(decision.call.flow)) return undefined;
      const said = speechOf(decision).some(({ prompt }) => prompt === 'freeze.notYet');
      if (!said)
        return `After ${occurrence.event.type} at ${from.call.step} nobody says that nothing is frozen.`;
      return decision.call.queue === 'fraud'
        ? undefined
        : `Who came to freeze waits in ${decision.call.queue} after ${occurrence.event.type} at ${from.call.step}.`;
    },
  },
  {
    id: 'bounced-star-is-asked-about',
    rules: ['R3', 'V8'],
    claim: 'Star twice after other keys is asked about: it freezes nothing by itself and is not passed over.',
    onTransition(transition) {
      const { from, occurrence, decision, to } = transition;
      if (occurrence.event.type !== 'STARS' || !to) return undefined;
      if (asksToFreeze(to.call) && !asksToFreeze(from.call))
        return `A star that bounced at ${from.call.step} begins a freeze.`;
      const asked = promptsSaid(transition).includes('common.stars');
      return asked || reachesPerson(decision)
        ? undefined
        : `Star twice after other keys at ${from.call.step} is passed over.`;
    },
  },
  {
    id: 'late-star-is-asked-about',
    rules: ['R18.2', 'V8', 'V8.2'],
    claim:
      'A star that may mean a freeze is asked about also after the time for the verification has run out; one more star freezes, and anything else leads to no order.',
    onTransition(transition, release) {
      const { from, occurrence, to } = transition;
      if (!to) return undefined;
      if (occurrence.event.type === 'LATE_STARS') {
        const isAsked = promptsSaid(transition).includes('freeze.meant') && isFreezeWanted(to.call.flow);
        return isAsked && !isFreezeOperation(metaAt(to, release)?.perform)
          ? undefined
          : `Stars at ${from.call.step} after the time has run out are not asked about.`;
      }
      if (!isWaitingForStar(from, release)) return undefined;
      if (occurrence.event.type !== 'STAR')
        return asksToFreeze(to.call)
          ? undefined
          : `${occurrence.event.type} at ${from.call.step}, after the time has run out, goes on with something else.`;
      const asks = metaAt(to, release)?.collect?.kind === 'entry';
      const isKnown = from.call.proofs.customerId !== undefined;
      return isFreezeOperation(metaAt(to, release)?.perform) || (asks && !isKnown)
        ? undefined
        : `One more star at ${from.call.step} does not freeze.`;
    },
  },
  {
    id: 'idle-leaves-only-the-identity',
    rules: ['R3', 'Z2'],
    claim:
      'A freeze, or a question whether one is meant, after the time for the verification has run out keeps who is known, and no PIN and no code.',
    onTransition({ from, occurrence: { event }, to }) {
      const isLate = event.type === 'LATE_STARS' || (event.type === 'FREEZE' && event.afterIdle === true);
      if (!isLate || !to) return undefined;
      const { pins, code, confirmation } = to.call.proofs;
      return (pins.query ?? pins.transaction ?? code ?? confirmation)
        ? `After idle time at ${from.call.step} a freeze keeps a level.`
        : undefined;
    },
  },
];
