import assert from 'node:assert/strict';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { DemoStaff } from '../../db/seeds/demo-staff.ts';
import type { Phone } from '../../phone-sim/phone.ts';
import { findNotes } from '../../src/desk/desk-notes.store.ts';
import type { HandoffState } from '../../src/escalation/handoff.ts';
import type { Language } from '../../src/locales/catalogue.ts';
import { identifiedCaller, key, wrongPin } from './callers.ts';
import { type ConferenceLab, startConferenceLab } from './conference-lab.ts';
import { demoStaff } from './desk.ts';
import { deskOf, GRACE, passAtWork, workOnce } from './takeover.ts';

/** A caller and the service's own desk with its carrier, for members of staff who sit before a browser. */
export class DeskTalk {
  readonly lab: ConferenceLab;
  readonly agent: DemoStaff;
  caller: Phone | undefined;
  /** Whether the agent's page is open: the clock of a test runs faster than its heartbeats. */
  isOpen = true;

  constructor(lab: ConferenceLab, agent: DemoStaff) {
    this.lab = lab;
    this.agent = agent;
  }

  get world() {
    return this.lab.world;
  }

  get desk() {
    return deskOf(this.lab);
  }

  async speaks(language: Language): Promise<void> {
    await this.world.knex('staff_accounts').where({ id: this.agent.id }).update({ language });
  }

  /** A caller who failed the PIN twice, asked for a person and waits: one try is left, to be keyed with staff. */
  async waits(): Promise<Phone> {
    const { lab } = this;
    const time = lab.carrier.time((instant) => lab.world.clock.set(instant));
    const phone = await identifiedCaller(lab.world, GRACE, {
      intent: 'transfer',
      phone: { switchboard: lab.carrier, time },
    });
    await key(phone, `${wrongPin(GRACE, 0)}#1${wrongPin(GRACE, 1)}#10#`);
    await phone.listen();
    assert.equal(phone.state, 'queued', `at ${phone.step}`);
    this.caller = phone;
    return phone;
  }

  /** Lets the background work of the service and the carrier do all they have to do now. */
  async work(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      if (this.isOpen) await this.desk.shift.seen(this.agent.id);
      await workOnce(this.lab);
    }
  }

  /** Time passes, a few seconds at a time, with everybody at work. */
  pass(seconds: number): Promise<void> {
    return passAtWork(this, seconds);
  }

  async state(): Promise<HandoffState | undefined> {
    const row = await this.world
      .knex('desk_handoffs')
      .where({ call_id: this.caller?.callSid })
      .first('state');
    return row?.state;
  }

  /** The notes as they are kept. */
  async notes(): Promise<string | undefined> {
    const { knex, config } = this.world;
    const row = await knex('desk_handoffs').where({ call_id: this.caller?.callSid }).first('id');
    return (await findNotes(knex, config.keyring, row?.id))?.body;
  }

  /** Ends every session of the agent, as an administrator does. */
  async revokeSessions(): Promise<void> {
    const now = this.world.clock.now();
    await this.world.knex('staff_sessions').where({ staff_id: this.agent.id }).update({ ended_at: now });
  }

  /** What the caller keys or could key, and never stands on a page. */
  secrets(): readonly string[] {
    const { queryPin, transactionPin, phone, nationalId } = GRACE;
    return [queryPin, transactionPin, nationalId, ...(phone ? [phone.e164.slice(1)] : [])];
  }

  /** Lets time pass until the hand-off is in a state. */
  async comesTo(state: HandoffState, seconds = 40): Promise<void> {
    for (let passed = 0; passed < seconds; passed += 2) {
      if ((await this.state()) === state) return;
      await this.pass(2);
    }
    assert.equal(await this.state(), state);
  }
}

/** A cable to the service that can be pulled: connections are cut, and nobody answers until it is back. */
export async function cableTo(t: Pick<TestContext, 'after'>, url: string) {
  const target = Number(new URL(url).port);
  const sockets = new Set<Socket>();
  let isOut = false;
  const server = createServer((socket) => {
    if (isOut) return void socket.destroy();
    const upstream = createConnection(target, '127.0.0.1');
    for (const end of [socket, upstream]) {
      sockets.add(end);
      end.on('error', () => {});
      end.once('close', () => {
        sockets.delete(end);
        socket.destroy();
        upstream.destroy();
      });
    }
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const pull = () => {
    isOut = true;
    for (const socket of sockets) socket.destroy();
  };
  t.after(() => {
    pull();
    server.close();
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    pull,
    back: () => {
      isOut = false;
    },
  };
}

/** The desk with one agent of the demo, the senior agent unless it is said otherwise. */
export async function deskTalk(t: Pick<TestContext, 'after'>, signIn = 'lin.yue'): Promise<DeskTalk> {
  const lab = await startConferenceLab(t, { ownDesk: true });
  const talk = new DeskTalk(lab, demoStaff({ signIn }));
  await talk.speaks('en-US');
  return talk;
}
