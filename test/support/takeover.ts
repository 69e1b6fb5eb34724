import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Phone } from '../../phone-sim/phone.ts';
import type { StaffLeg } from '../../phone-sim/staff-leg.ts';
import { putPresence } from '../../src/escalation/desk-presence.store.ts';
import type { HandoffState } from '../../src/escalation/handoff.ts';
import type { StaffClick } from '../../src/escalation/handoff-event.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { calling, identifiedCaller, key, threeWrongPins, until } from './callers.ts';
import { type ConferenceLab, startConferenceLab } from './conference-lab.ts';
import { member } from './desk-lab.ts';
import { demoCustomer } from './world.ts';

export const GRACE = demoCustomer(({ id }) => id === 'demo-07');
export const ANNA = { id: 'anna', phone: '+8613900000001' };
export const BEN = { id: 'ben', phone: '+8613900000002' };

export function deskOf({ world: { takeover: desk } }: ConferenceLab) {
  assert.ok(desk, 'the desk is switched on');
  return desk;
}

/** Lets the desk look once who is free, send its commands, and the carrier carry them out. */
export async function workOnce(lab: ConferenceLab): Promise<void> {
  const { offering, sender } = deskOf(lab);
  await offering.round();
  await sender.round();
  // The service sends in the background as well; what it has begun ends in its own time.
  await until('commands', async () => {
    const [waiting] = await lab.world.knex('carrier_commands').where({ status: 'pending' }).limit(1);
    return waiting === undefined;
  });
  await lab.carrier.settled();
}

/** Time passes for a caller and the desk, two seconds at a time, with everybody at work. */
export async function passAtWork(
  desk: { readonly lab: ConferenceLab; readonly caller: Phone | undefined; work(): Promise<void> },
  seconds: number,
): Promise<void> {
  for (let left = seconds; left > 0; left -= 2) {
    const step = Math.min(2, left);
    if (desk.caller && desk.caller.state !== 'ended') await desk.caller.pass(step * 1_000, 'wait');
    else await desk.lab.pass(step);
    await desk.work();
  }
}

/** The service's own desk and its carrier, with people whose pages are open. */
export class Takeover {
  readonly lab: ConferenceLab;
  caller: Phone | undefined;
  #here: (typeof ANNA)[] = [];

  constructor(lab: ConferenceLab) {
    this.lab = lab;
  }

  get desk() {
    return deskOf(this.lab);
  }

  async arrives(...people: (typeof ANNA)[]): Promise<void> {
    const { knex, config, clock } = this.lab.world;
    for (const { id, phone } of people) {
      const presence = member(id, { phone, number: '4821', seenAt: clock.now(), since: clock.now() });
      await putPresence(knex, config.keyring, seededRandom(id), presence);
    }
    this.#here.push(...people);
  }

  /** On duty, and with somebody else. */
  async isBusy({ id }: typeof ANNA): Promise<void> {
    await this.lab.world.knex('desk_presence').where({ staff_id: id }).update({ state: 'busy' });
  }

  leaves({ id }: typeof ANNA): void {
    this.#here = this.#here.filter((one) => one.id !== id);
  }

  /** A caller who keyed who they are and then these keys, and waits; by default three wrong PINs. */
  async waits(keys = threeWrongPins(GRACE)): Promise<Phone> {
    const { lab } = this;
    const phone = await identifiedCaller(lab.world, GRACE, { intent: 'transfer', phone: this.#ofCarrier });
    await key(phone, keys);
    return this.#queued(phone);
  }

  /** A caller who asks for a person before anything about them was keyed. */
  async waitsUnknown(): Promise<Phone> {
    const phone = await calling(this.lab.world, GRACE, { phone: this.#ofCarrier });
    await key(phone, '0');
    return this.#queued(phone);
  }

  get #ofCarrier() {
    const { carrier, world } = this.lab;
    return { switchboard: carrier, time: carrier.time((instant) => world.clock.set(instant)) };
  }

  async #queued(phone: Phone): Promise<Phone> {
    await phone.listen();
    assert.equal(phone.state, 'queued', `at ${phone.step}`);
    this.caller = phone;
    return phone;
  }

  /** Lets the background work of the service and the carrier do all they have to do now. */
  async work(): Promise<void> {
    const { world } = this.lab;
    for (let round = 0; round < 4; round++) {
      await world
        .knex('desk_presence')
        .whereIn(
          'staff_id',
          this.#here.map(({ id }) => id),
        )
        .update({ seen_at: world.clock.now() });
      await workOnce(this.lab);
    }
  }

  /** Time passes, a few seconds at a time, with everybody at work. */
  pass(seconds: number): Promise<void> {
    return passAtWork(this, seconds);
  }

  async row(): Promise<{ id: string; state: HandoffState; agent_id: string | null; version: number }> {
    const row = await this.lab.world.knex('desk_handoffs').where({ call_id: this.caller?.callSid }).first();
    assert.ok(row, 'the call is in a hand-off');
    return row;
  }

  async expect(state: HandoffState): Promise<void> {
    const row = await this.row();
    assert.equal(row.state, state, JSON.stringify(row));
  }

  async click(click: StaffClick): Promise<void> {
    const { id } = await this.row();
    const stepped = await this.desk.handoffs.step(id, click);
    assert.equal(stepped.kind, 'changed', JSON.stringify(stepped));
    await this.work();
  }

  async talks(by = ANNA): Promise<StaffLeg> {
    await this.work();
    await this.expect('offered');
    await this.click({ kind: 'take', by });
    await this.pass(8);
    await this.expect('talking');
    return this.legOf(by);
  }

  legOf({ phone }: typeof ANNA): StaffLeg {
    const leg = this.lab.carrier.staffLegs.findLast(({ to }) => to === phone);
    assert.ok(leg);
    return leg;
  }
}

export async function takeoverOf(t: TestContext): Promise<Takeover> {
  const takeover = new Takeover(await startConferenceLab(t, { ownDesk: true }));
  await takeover.arrives(ANNA);
  return takeover;
}

/** What a leg of staff heard of voices, in order. */
export const heardBy = (leg: StaffLeg) =>
  leg.heard.flatMap((one) => (one.kind === 'voice' ? [one.text] : []));
export const said = (phone: Phone) =>
  phone.events.flatMap((event) => (event.kind === 'said' ? [event.text] : []));
