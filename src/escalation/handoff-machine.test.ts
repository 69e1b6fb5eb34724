import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { DeskCarrier } from '../../test/support/desk-carrier.ts';
import { SECOND } from '../platform/clock.ts';
import type { CarrierCommand } from './carrier-command.ts';
import {
  ASKED_MILLISECONDS,
  CONNECT_MILLISECONDS,
  type DeskHandoff,
  dueAt,
  HOLD_MILLISECONDS,
  isWaiting,
  KEYING_KINDS,
  KEYING_RESULTS,
  MOVE_MILLISECONDS,
  newHandoff,
  RETURN_MILLISECONDS,
} from './handoff.ts';
import type { HandoffEffect, HandoffEvent, StaffClick } from './handoff-event.ts';
import { isStillMeant, stepHandoff } from './handoff-machine.ts';

const START = 1_000_000;
const PHONES = { A: '+8613800000001', B: '+8613800000002', S: 'sip:s@desk.example' } as const;
type Person = keyof typeof PHONES;
const PEOPLE = Object.keys(PHONES) as Person[];
const phoneOf = (id: Person) => ({ id, phone: PHONES[id] });

/** A hand-off between a carrier and people, one event after the other; checks what must hold after each. */
class Lab {
  handoff: DeskHandoff;
  now = START;
  readonly carrier = new DeskCarrier();
  readonly commands: CarrierCommand[] = [];
  readonly effects: HandoffEffect[] = [];
  /** Who talked last, and whether the level has fallen since. */
  #talker: string | undefined;
  #hasFallen = false;
  #lostAt: number | undefined;

  constructor() {
    this.handoff = newHandoff({
      id: 'H1',
      callId: this.carrier.caller,
      queue: 'verification',
      language: 'en-US',
      enteredAt: START,
      namesCustomer: true,
    });
  }

  step(event: HandoffEvent): ReturnType<typeof stepHandoff> {
    const before = this.handoff;
    const result = stepHandoff(before, event, this.now);
    if (result.kind !== 'changed') return result;
    this.handoff = result.next;
    this.effects.push(...result.effects);
    for (const effect of result.effects) {
      if (effect.kind === 'command') this.commands.push(effect.command);
      if (effect.kind === 'level_falls') this.#hasFallen = true;
    }
    this.#check(before, result.effects);
    return result;
  }

  #check(before: DeskHandoff, effects: readonly HandoffEffect[]): void {
    const { state, agent } = this.handoff;
    const commands = effects.flatMap((effect) => (effect.kind === 'command' ? [effect.command.kind] : []));
    if (state === 'keying' && before.state !== 'keying')
      assert.deepEqual(commands, ['record', 'key_caller'], 'the recording stops before the caller keys');
    if (state === 'keying' && before.state === 'keying')
      assert.ok(
        commands.every((kind) => kind === 'end_leg'),
        `nobody is brought to a caller who keys (52): ${commands}`,
      );
    if (before.state !== 'agent_lost' && state === 'agent_lost') this.#lostAt = this.now;
    if (state === 'talking' && before.state !== 'talking' && agent) {
      const isLate =
        this.#lostAt !== undefined &&
        before.takenAt !== undefined &&
        this.now - this.#lostAt > RETURN_MILLISECONDS * 3;
      if (this.#talker !== undefined && (this.#talker !== agent.id || isLate))
        assert.ok(this.#hasFallen, `the level falls between ${this.#talker} and ${agent.id} (54)`);
      this.#talked(agent.id);
    }
    if (state === 'talking' && before.agent?.id !== agent?.id && agent && before.state === 'talking') {
      assert.ok(this.#hasFallen, 'the level falls on transfer (54)');
      this.#talked(agent.id);
    }
  }

  #talked(id: string): void {
    if (this.#talker !== id) this.#hasFallen = false;
    this.#talker = id;
    this.#lostAt = undefined;
  }

  /** Sends the oldest command, as the outbox would. */
  send(answer?: 'refused' | 'twice' | 'lost'): void {
    const command = this.commands.shift();
    if (!command || !isStillMeant(this.handoff, command)) return;
    // The carrier said yes, and its fetch of our document failed.
    if (answer === 'lost' && command.kind.endsWith('_caller')) return;
    if (answer === 'refused' && command.kind !== 'end_leg' && command.kind !== 'requeue_caller') {
      this.step({ kind: 'command_failed', command, answer: 'refused' });
      return;
    }
    const times =
      answer === 'twice' && command.kind !== 'call_staff' && command.kind !== 'join_caller' ? 2 : 1;
    for (let time = 0; time < times; time++) {
      const done = this.carrier.carryOut(command, (report) => {
        if (report) this.step(report);
        return this.handoff;
      });
      if (done !== 'done') this.step({ kind: 'command_failed', command, answer: done });
    }
  }

  deliver(index: number, how: 'once' | 'twice' | 'never'): void {
    const { reports } = this.carrier;
    const at = reports.length === 0 ? -1 : index % reports.length;
    const underway = reports[at];
    if (!underway || (how === 'never' && !underway.mayBeLost)) return;
    if (how !== 'twice') reports.splice(at, 1);
    if (how !== 'never') this.step(underway.report);
  }

  pass(milliseconds: number): void {
    this.now += milliseconds;
    const due = dueAt(this.handoff);
    if (due !== undefined && due <= this.now) this.step({ kind: 'time' });
  }

  /** The carrier asks what the caller hears who waits. */
  poll(): void {
    if (this.carrier.place === 'queue') this.step({ kind: 'caller_in_queue' });
  }

  star(): void {
    if (this.carrier.place !== 'conference') return;
    this.carrier.leaveConference();
    this.step({ kind: 'caller_out' });
    this.carrier.follow(this.handoff);
  }

  /** The caller has keyed, and the carrier asks what follows. */
  keyed(): void {
    if (this.carrier.place !== 'keys') return;
    const keyed = this.step({ kind: 'keying_result', result: 'failed', asksNext: true });
    if (keyed.kind === 'ignored') this.step({ kind: 'caller_out' });
    this.carrier.follow(this.handoff);
  }

  /** Nothing is lost any more, and nobody of ours does anything for two minutes. */
  rest(): void {
    for (let round = 0; round < 24; round++) {
      while (this.commands.length > 0) this.send();
      while (this.carrier.reports.length > 0) this.deliver(0, 'once');
      this.poll();
      this.pass(5 * SECOND);
    }
  }

  /** Nothing is lost any more and somebody takes every offer: a caller who is on the line must get to a person. */
  settle(): void {
    for (let round = 0; round < 120; round++) {
      while (this.commands.length > 0) this.send();
      for (const call of this.carrier.staff) this.carrier.answerPhone(call);
      while (this.carrier.reports.length > 0) this.deliver(0, 'once');
      this.poll();
      if (this.handoff.state === 'keying' && this.carrier.place === 'keys')
        this.step({ kind: 'keying_result', result: 'passed' });
      if (this.handoff.state === 'waiting' || this.handoff.state === 'agent_lost') {
        const to = this.handoff.state === 'agent_lost' ? this.handoff.lastAgent : 'A';
        this.step({ kind: 'offer', to: to ?? 'A', until: this.now + 20 * SECOND });
        const offered = this.handoff.agent;
        if (offered) this.step({ kind: 'take', by: phoneOf(offered.id as Person) });
      }
      this.pass(5 * SECOND);
    }
  }
}

type Act = (lab: Lab) => void;

const person = fc.constantFrom(...PEOPLE);
const clicks: fc.Arbitrary<Act> = fc
  .oneof(
    person.map((id): StaffClick => ({ kind: 'take', by: phoneOf(id) })),
    person.map((by): StaffClick => ({ kind: 'refuse', by, why: 'busy' })),
    fc.tuple(person, fc.boolean()).map(([by, held]): StaffClick => ({ kind: 'hold', by, held })),
    fc
      .tuple(person, fc.constantFrom(...KEYING_KINDS))
      .map(([by, what]): StaffClick => ({ kind: 'key', by, what })),
    person.map((by): StaffClick => ({ kind: 'take_back', by })),
    person.map((by): StaffClick => ({ kind: 'transfer_to_queue', by, queue: 'fraud' })),
    fc
      .tuple(person, person)
      .map(([by, to]): StaffClick => ({ kind: 'transfer_to_person', by, to: phoneOf(to) })),
    fc
      .constantFrom('listen', 'whisper', 'speak')
      .map((voice): StaffClick => ({ kind: 'supervise', by: phoneOf('S'), voice: voice as 'listen' })),
    person.map((by): StaffClick => ({ kind: 'stop_supervising', by })),
    person.map((by): StaffClick => ({ kind: 'end', by })),
    person.map((by): StaffClick => ({ kind: 'wrap_up', by, outcome: 'answered' })),
  )
  .map((click) => (lab: Lab) => void lab.step(click));

/** The person who has the call, or is offered it, does it: random people seldom do. */
const ownClicks: fc.Arbitrary<Act> = fc.constantFrom<Act>(
  (lab) => own(lab, (by) => ({ kind: 'take', by: phoneOf(by) })),
  (lab) => own(lab, (by) => ({ kind: 'key', by, what: 'query_pin' })),
  (lab) => own(lab, (by) => ({ kind: 'hold', by, held: lab.handoff.state === 'talking' })),
  (lab) => own(lab, (by) => ({ kind: 'transfer_to_person', by, to: phoneOf(by === 'A' ? 'B' : 'A') })),
  (lab) => own(lab, (by) => ({ kind: 'take_back', by })),
  (lab) => own(lab, (by) => ({ kind: 'say_no', by })),
);

function own(lab: Lab, click: (by: Person) => StaffClick): void {
  const id = lab.handoff.agent?.id;
  if (id !== undefined) lab.step(click(id as Person));
}

const carrierActs: fc.Arbitrary<Act> = fc.oneof(
  { arbitrary: fc.constant<Act>((lab) => lab.send()), weight: 4 },
  {
    arbitrary: fc.constant<Act>((lab) => {
      lab.send();
      for (const call of lab.carrier.staff) lab.carrier.answerPhone(call);
      lab.deliver(0, 'once');
    }),
    weight: 8,
  },
  fc.constantFrom<Act>(
    (lab) => lab.send('refused'),
    (lab) => lab.send('twice'),
    (lab) => lab.send('lost'),
    (lab) => lab.poll(),
    (lab) => lab.star(),
    (lab) => lab.keyed(),
  ),
  fc.tuple(fc.nat(20), fc.constantFrom('once', 'once', 'once', 'once', 'twice', 'never' as const)).map(
    ([index, how]): Act =>
      (lab) =>
        lab.deliver(index, how as 'once'),
  ),
  {
    arbitrary: fc.nat(10).map(
      (n): Act =>
        (lab) =>
          pickStaff(lab, n, 'answer'),
    ),
    weight: 3,
  },
  fc.nat(10).map(
    (n): Act =>
      (lab) =>
        pickStaff(lab, n, 'end'),
  ),
  fc.integer({ min: 1, max: 40 }).map(
    (seconds): Act =>
      (lab) =>
        lab.pass(seconds * SECOND),
  ),
  {
    arbitrary: person.map(
      (to): Act =>
        (lab) =>
          lab.step({ kind: 'offer', to, until: lab.now + 20 * SECOND }),
    ),
    weight: 2,
  },
  fc.constantFrom(...KEYING_RESULTS).map(
    (result): Act =>
      (lab) =>
        lab.step({ kind: 'keying_result', result }),
  ),
);
const seldom: fc.Arbitrary<Act> = fc.constantFrom<Act>(
  (lab) => void lab.carrier.hangUp(),
  (lab) => lab.step({ kind: 'callback' }),
  (lab) => {
    // `**` in the queue takes the caller back into the dialogue.
    if (lab.carrier.place !== 'queue') return;
    lab.carrier.place = 'dialogue';
    lab.step({ kind: 'caller_in_dialogue' });
  },
);

function pickStaff(lab: Lab, n: number, how: 'answer' | 'end'): void {
  const call = lab.carrier.staff.at(-1 - (n % Math.max(1, lab.carrier.staff.length)));
  if (!call) return;
  if (how === 'answer') lab.carrier.answerPhone(call);
  else lab.carrier.endStaff(call);
}

const acts = fc.array(
  fc.oneof(
    { arbitrary: carrierActs, weight: 10 },
    { arbitrary: clicks, weight: 3 },
    { arbitrary: ownClicks, weight: 4 },
    { arbitrary: seldom, weight: 1 },
  ),
  { minLength: 5, maxLength: 120 },
);

const stand = ({ handoff, carrier, commands }: Lab) =>
  JSON.stringify({ handoff, place: carrier.place, staff: carrier.staff, commands });

describe('a hand-off, with any events in any order', () => {
  test('nobody is lost: a caller who stays on the line gets to a person, and every other hand-off is closed (53, 52, 54)', () => {
    let talks = 0;
    let keyings = 0;
    fc.assert(
      fc.property(acts, fc.boolean(), (list, isInTalk) => {
        const lab = isInTalk ? talking() : new Lab();
        for (const act of list) act(lab);
        lab.rest();
        const isAlone = lab.carrier.place === 'conference' && lab.carrier.agentsIn().length === 0;
        assert.ok(!isAlone, `nobody waits in silence: ${stand(lab)}`);
        lab.settle();
        const { handoff, carrier } = lab;
        if (lab.effects.some((effect) => effect.kind === 'record' && effect.entry.type === 'handoff.keying'))
          keyings++;
        if (handoff.talkedAt !== undefined) talks++;
        if (carrier.place === 'dead' || carrier.place === 'dialogue') {
          if (handoff.state === 'wrap_up') return;
          assert.equal(handoff.state, 'closed', stand(lab));
          return;
        }
        assert.ok(handoff.state === 'talking' || handoff.state === 'held', stand(lab));
        assert.equal(carrier.place, 'conference', stand(lab));
        assert.equal(carrier.agentsIn().length, 1, stand(lab));
        assert.equal(carrier.agentsIn()[0]?.callId, handoff.agent?.leg.callId, stand(lab));
      }),
      { numRuns: 3_000 },
    );
    assert.ok(talks > 500 && keyings > 100, `the walks reach talks (${talks}) and keying (${keyings})`);
  });
});

function talking(): Lab {
  const lab = new Lab();
  lab.step({ kind: 'offer', to: 'A', until: START + 20 * SECOND });
  lab.step({ kind: 'take', by: phoneOf('A') });
  while (lab.handoff.state !== 'talking') {
    lab.send();
    for (const call of lab.carrier.staff) lab.carrier.answerPhone(call);
    lab.deliver(0, 'once');
  }
  lab.commands.length = 0;
  return lab;
}

const falls = (lab: Lab) =>
  lab.effects.flatMap((effect) => (effect.kind === 'level_falls' ? [effect.why] : []));

describe('taking over', () => {
  test('an offer nobody answers leaves the caller in the queue and counts against the person asked', () => {
    const lab = new Lab();
    lab.step({ kind: 'offer', to: 'A', until: START + 20 * SECOND });
    lab.pass(20 * SECOND - 1);
    assert.equal(lab.handoff.state, 'offered');
    lab.pass(1);
    assert.equal(lab.handoff.state, 'waiting');
    assert.deepEqual(lab.commands, []);
    assert.ok(lab.effects.some((effect) => effect.kind === 'presence' && effect.to === 'missed'));
    assert.deepEqual(lab.step({ kind: 'take', by: phoneOf('A') }), { kind: 'refused', reason: 'not_yours' });
  });

  test('only the person who was asked can take, while the offer stands, and only once', () => {
    const lab = new Lab();
    lab.step({ kind: 'offer', to: 'A', until: START + 20 * SECOND });
    assert.deepEqual(lab.step({ kind: 'take', by: phoneOf('B') }), { kind: 'refused', reason: 'not_yours' });
    lab.now += 20 * SECOND;
    assert.deepEqual(lab.step({ kind: 'take', by: phoneOf('A') }), { kind: 'refused', reason: 'too_late' });
    lab.now -= 1;
    assert.equal(lab.step({ kind: 'take', by: phoneOf('A') }).kind, 'changed');
    assert.equal(lab.step({ kind: 'take', by: phoneOf('A') }).kind, 'refused');
    assert.equal(lab.commands.length, 1);
  });

  test('the agent’s phone is called first; the caller is fetched once the agent is in', () => {
    const lab = new Lab();
    lab.step({ kind: 'offer', to: 'A', until: START + 20 * SECOND });
    lab.step({ kind: 'take', by: phoneOf('A') });
    assert.deepEqual(
      lab.commands.map(({ kind }) => kind),
      ['call_staff'],
    );
    lab.send();
    assert.equal(lab.carrier.place, 'queue');
    for (const call of lab.carrier.staff) lab.carrier.answerPhone(call);
    while (lab.carrier.reports.length > 0) lab.deliver(0, 'once');
    assert.deepEqual(
      lab.commands.map(({ kind }) => kind),
      ['join_caller'],
    );
  });

  test('a phone that is answered after it was given up is hung up: nobody waits there', () => {
    const lab = new Lab();
    lab.step({ kind: 'offer', to: 'A', until: START + 20 * SECOND });
    lab.step({ kind: 'take', by: phoneOf('A') });
    lab.send();
    // The carrier's answer with the call's id was lost.
    lab.deliver(0, 'never');
    lab.pass(CONNECT_MILLISECONDS);
    assert.equal(lab.handoff.state, 'waiting');
    for (const call of lab.carrier.staff) lab.carrier.answerPhone(call);
    lab.deliver(0, 'once');
    assert.deepEqual(lab.commands, [{ kind: 'end_leg', callId: lab.carrier.staff[0]?.callId }]);
  });

  test('a caller who was sent back to the queue and is not seen there is fetched again until they are', () => {
    const lab = talking();
    for (const call of lab.carrier.agentsIn()) lab.carrier.endStaff(call);
    while (lab.carrier.reports.length > 0) lab.deliver(0, 'once');
    lab.send('lost');
    assert.equal(lab.carrier.place, 'conference');
    lab.pass(MOVE_MILLISECONDS);
    lab.send();
    assert.equal(lab.carrier.place, 'queue');
    lab.poll();
    lab.pass(MOVE_MILLISECONDS);
    assert.deepEqual(lab.commands, []);
  });

  test('a lost agent who is back within 30 s keeps the level, after that it falls', () => {
    const soon = talking();
    for (const call of soon.carrier.agentsIn()) soon.carrier.endStaff(call);
    while (soon.carrier.reports.length > 0) soon.deliver(0, 'once');
    assert.equal(soon.handoff.state, 'agent_lost');
    assert.equal(soon.step({ kind: 'offer', to: 'B', until: soon.now + SECOND }).kind, 'ignored');
    soon.settle();
    assert.equal(soon.handoff.state, 'talking');
    assert.deepEqual(falls(soon), []);

    const late = talking();
    for (const call of late.carrier.agentsIn()) late.carrier.endStaff(call);
    while (late.carrier.reports.length > 0) late.deliver(0, 'once');
    late.pass(RETURN_MILLISECONDS);
    assert.deepEqual(falls(late), ['agent_changed']);
    assert.equal(late.handoff.state, 'waiting');
  });

  test('an agent who comes back too late finds the level fallen, even where nobody has looked at the clock', () => {
    const lab = talking();
    for (const call of lab.carrier.agentsIn()) lab.carrier.endStaff(call);
    while (lab.carrier.reports.length > 0) lab.deliver(0, 'once');
    lab.now += RETURN_MILLISECONDS;
    lab.step({ kind: 'offer', to: 'A', until: lab.now + SECOND });
    lab.step({ kind: 'take', by: phoneOf('A') });
    assert.deepEqual(falls(lab), ['agent_changed']);
  });

  test('a caller who pressed the star has time to answer before anybody fetches them (invariant 41)', () => {
    const lab = talking();
    lab.carrier.leaveConference();
    lab.step({ kind: 'caller_asked' });
    lab.deliver(0, 'once');
    lab.pass(ASKED_MILLISECONDS - 1);
    assert.deepEqual(lab.commands, []);
    lab.pass(1);
    assert.deepEqual(
      lab.commands.map(({ kind }) => kind),
      ['join_caller'],
    );
  });

  test('a hold lowers the level at its limit, once', () => {
    const lab = talking();
    lab.step({ kind: 'hold', by: 'A', held: true });
    lab.pass(HOLD_MILLISECONDS - 1);
    assert.deepEqual(falls(lab), []);
    lab.pass(1);
    lab.pass(HOLD_MILLISECONDS);
    assert.deepEqual(falls(lab), ['hold']);
  });

  test('a caller who keys nothing for 90 s is brought back to the same agent', () => {
    const lab = talking();
    lab.step({ kind: 'key', by: 'A', what: 'query_pin' });
    lab.send();
    lab.send();
    assert.equal(lab.carrier.place, 'keys');
    lab.pass(90 * SECOND - 1);
    assert.equal(lab.handoff.state, 'keying');
    lab.pass(1);
    lab.settle();
    assert.equal(lab.handoff.state, 'talking');
    assert.equal(lab.handoff.agent?.id, 'A');
    assert.deepEqual(falls(lab), []);
  });

  test('an agent who drops while the caller keys does not disturb them: the way back is the front of the queue', () => {
    const lab = talking();
    lab.step({ kind: 'key', by: 'A', what: 'code' });
    lab.send();
    lab.send();
    for (const call of lab.carrier.agentsIn()) lab.carrier.endStaff(call);
    while (lab.carrier.reports.length > 0) lab.deliver(0, 'once');
    assert.equal(lab.handoff.state, 'keying');
    lab.step({ kind: 'keying_result', result: 'passed' });
    assert.equal(lab.handoff.state, 'agent_lost');
    assert.ok(isWaiting(lab.handoff) && lab.handoff.front);
  });

  test('a transfer to a person ends the first leg only when the second has joined, and lowers the level', () => {
    const lab = talking();
    lab.step({ kind: 'transfer_to_person', by: 'A', to: phoneOf('B') });
    lab.send();
    while (lab.carrier.reports.length > 0) lab.deliver(0, 'once');
    assert.deepEqual(lab.commands, []);
    for (const call of lab.carrier.staff) lab.carrier.answerPhone(call);
    while (lab.carrier.reports.length > 0) lab.deliver(0, 'once');
    assert.deepEqual(
      lab.commands.map(({ kind }) => kind),
      ['end_leg'],
    );
    assert.deepEqual([lab.handoff.agent?.id, lab.handoff.ticket, falls(lab)], ['B', 2, ['transfer']]);
  });

  test('a dropped caller ends every staff leg and leaves the agent to write down what came of it', () => {
    const lab = talking();
    lab.carrier.hangUp();
    while (lab.carrier.reports.length > 0) lab.deliver(0, 'once');
    assert.equal(lab.handoff.state, 'wrap_up');
    assert.deepEqual(
      lab.commands.map(({ kind }) => kind),
      ['end_leg'],
    );
    assert.equal(lab.step({ kind: 'wrap_up', by: 'B', outcome: 'other' }).kind, 'refused');
    lab.step({ kind: 'wrap_up', by: 'A', outcome: 'answered' });
    assert.deepEqual([lab.handoff.state, lab.handoff.end], ['closed', 'answered']);
  });
});
