import assert from 'node:assert/strict';
import { callVersion } from '../../src/calls/live-calls.store.ts';
import {
  closeAnswered,
  closeCase,
  findCase,
  openCase,
  openCases,
  ownCase,
  ownsCaseAbout,
} from '../../src/cases/cases.store.ts';
import { findNotes, notesVersion, saveNotes } from '../../src/desk/desk-notes.store.ts';
import { isNewestPage, newestPages, putPage } from '../../src/desk/desk-pages.store.ts';
import {
  claimCommands,
  endCommand,
  insertCommands,
  postponeCommand,
} from '../../src/escalation/carrier-commands.store.ts';
import {
  dueHandoffs,
  findDeskHandoff,
  handoffStands,
  handoffsLeft,
  handoffsOfStaff,
  insertDeskHandoff,
  lastWaits,
  openHandoffOfCall,
  placeInQueue,
  ticketsWithoutHandoff,
  updateDeskHandoff,
  waitingHandoffs,
} from '../../src/escalation/desk-handoffs.store.ts';
import { endOffer, insertOffer, offersOf } from '../../src/escalation/desk-offers.store.ts';
import {
  countMiss,
  findPresence,
  lockPresenceForUpdate,
  movePresence,
  presenceStamp,
  presenceStands,
  putPresence,
  readyStaff,
  touchPresence,
} from '../../src/escalation/desk-presence.store.ts';
import { newHandoff } from '../../src/escalation/handoff.ts';
import { customerOfTicket, findTicket, ticketStand } from '../../src/escalation/handoffs.store.ts';
import { takenCalls } from '../../src/escalation/taken-calls.store.ts';
import { seededRandom } from '../../src/platform/random.ts';
import type { Knex } from '../../src/storage/connect.ts';
import { member } from './desk-lab.ts';
import { TEST_KEYS } from './keys.ts';

/** Every statement of the desk, once, so that their plans can be asked for. */
export async function deskOnce(knex: Knex, now: number): Promise<void> {
  await handOffOnce(knex, now);
  await commandOnce(knex, now);
  await presenceOnce(knex, now);
  await caseOnce(knex, now);
}

async function handOffOnce(knex: Knex, now: number): Promise<void> {
  const handoff = newHandoff({
    ...{ id: 'desk', callId: 'CAdesk', queue: 'verification', language: 'en-US', namesCustomer: true },
    enteredAt: now,
  });
  await insertDeskHandoff(knex, handoff);
  await updateDeskHandoff(knex, { ...handoff, version: 2, takenAt: now });
  await findDeskHandoff(knex, 'desk');
  await openHandoffOfCall(knex, 'CAdesk');
  await handoffsOfStaff(knex, 'anna');
  await waitingHandoffs(knex);
  await dueHandoffs(knex, now, 10);
  await handoffsLeft(knex);
  await ticketsWithoutHandoff(knex, 10);
  await placeInQueue(knex, handoff);
  await placeInQueue(knex, { ...handoff, front: true });
  await lastWaits(knex, 'verification', now - 1, 20);
  await insertOffer(knex, { handoffId: 'desk', number: 2, staffId: 'anna', at: now, until: now });
  await endOffer(knex, 'desk', 'missed', now);
  await offersOf(knex, 'desk');
  await handoffStands(knex);
  await takenCalls(knex, 'anna', now - 1);
  await putPage(knex, 'anna', 'a page', now);
  await newestPages(knex, ['anna', 'ben']);
  await isNewestPage(knex, 'anna', 'a page');
  await ticketStand(knex, 'desk');
  await customerOfTicket(knex, 'desk');
  await findTicket(knex, 'desk');
}

async function commandOnce(knex: Knex, now: number): Promise<void> {
  const random = seededRandom('statements');
  const commands = [1, 2].map((n) => ({ kind: 'end_leg', callId: `CA${n}` }) as const);
  await insertCommands(knex, TEST_KEYS, random, 'desk', commands, now);
  const [claimed] = await claimCommands(knex, TEST_KEYS, now, 1, 10);
  assert.ok(claimed);
  await postponeCommand(knex, claimed, now);
  await endCommand(knex, claimed, 'done');
  const notes = { body: 'a note', staffId: 'anna', updatedAt: now };
  for (const version of [0, 1]) await saveNotes(knex, TEST_KEYS, random, 'desk', { ...notes, version });
  await findNotes(knex, TEST_KEYS, 'desk');
  await notesVersion(knex, 'desk');
  await callVersion(knex, 'CAdesk');
}

async function presenceOnce(knex: Knex, now: number): Promise<void> {
  await putPresence(knex, TEST_KEYS, seededRandom('presence'), member('anna', { seenAt: now - 1 }));
  await findPresence(knex, TEST_KEYS, 'anna');
  await presenceStamp(knex, 'anna');
  await presenceStands(knex);
  await knex.transaction((transaction) => lockPresenceForUpdate(transaction, 'anna'));
  await readyStaff(knex, TEST_KEYS, now);
  await touchPresence(knex, 'anna', now);
  await movePresence(knex, 'anna', ['ready'], 'away', now);
  await countMiss(knex, 'anna', now);
}

async function caseOnce(knex: Knex, now: number): Promise<void> {
  const wanted = {
    queue: 'fraud',
    language: 'en-US',
    callId: 'CAdesk',
    handoffId: 'desk',
    customerId: 'c1',
    placeAt: now,
  } as const;
  const random = seededRandom('cases');
  const { case: opened } = await openCase(
    knex,
    random,
    { ...wanted, kind: 'callback', callsBack: false },
    now,
  );
  await openCase(knex, random, { ...wanted, kind: 'callback', callsBack: true }, now);
  await openCases(knex, 10);
  await findCase(knex, opened.id);
  await ownCase(knex, opened.id, 'anna');
  await ownsCaseAbout(knex, 'anna', 'c1');
  await closeCase(knex, opened.id, 'anna', 'done', now);
  await closeAnswered(knex, 'desk', now);
}
