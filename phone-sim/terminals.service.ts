import express, { type Express, type Request, type Response } from 'express';
import type { CarrierCallStatus } from './carrier-request.ts';
import type { CarrierWorld } from './carrier-world.service.ts';
import type { StaffLeg } from './staff-leg.ts';
import type { HeardOnLine, MovedTo, ReachableCall } from './switchboard.ts';
import {
  type LineFromTerminal,
  type LineToTerminal,
  readEntry,
  type StaffDoes,
  TERMINALS,
  type TerminalCall,
} from './terminal-lines.ts';

/** A call whose telephone is in another process: what happens to it is written there, line by line. */
class TerminalLine implements ReachableCall {
  readonly callSid: string;
  readonly from: string;
  readonly to: string;
  readonly direction = 'inbound';
  status: CarrierCallStatus = 'in-progress';
  readonly #write: (line: LineToTerminal) => void;

  constructor({ callSid, from, to }: TerminalCall, write: (line: LineToTerminal) => void) {
    this.callSid = callSid;
    this.from = from;
    this.to = to;
    this.#write = write;
  }

  hear(heard: HeardOnLine): void {
    this.#write({ kind: 'heard', heard });
  }
  async move(to: MovedTo): Promise<void> {
    this.#write({ kind: 'move', to });
  }
  async conferenceOver(): Promise<void> {
    this.#write({ kind: 'over' });
  }
  async cut(): Promise<void> {
    this.#write({ kind: 'cut' });
  }
}

/** The staff phones that somebody sits at, by number or SIP address. */
export type StaffTerminals = Map<string, (leg: StaffLeg) => void>;

/** Lets telephones of other processes on this machine take part in a world: those of callers, and those of staff. */
export function addTerminals(app: Express, world: CarrierWorld, staff: StaffTerminals): void {
  const lines = new Map<string, TerminalLine>();
  app.use('/terminals', express.json());
  app.post(TERMINALS.calls, (request, response) => {
    const line = new TerminalLine(request.body as TerminalCall, openLines(response));
    lines.set(line.callSid, line);
    world.dialled(line);
    response.on('close', () => {
      lines.delete(line.callSid);
      line.status = 'completed';
      world.leave(line, 'participant_hung_up');
    });
  });
  app.post(`${TERMINALS.calls}/:call`, async (request, response) => {
    const line = lines.get(String(request.params.call));
    if (!line) return void response.status(404).end();
    response.json(await hearTerminal(world, line, request.body as LineFromTerminal));
  });
  app.post(TERMINALS.staff, (request, response) => {
    const { to } = request.body as { readonly to: string };
    const write = openLines(response);
    const ring = (leg: StaffLeg) => ringTerminal(leg, write, response);
    staff.set(to, ring);
    response.on('close', () => {
      if (staff.get(to) === ring) staff.delete(to);
    });
  });
  app.post(`${TERMINALS.staff}/:call`, (request: Request, response) => {
    const leg = world.staffLegs.find(({ callSid }) => callSid === request.params.call);
    const does = request.body as StaffDoes;
    if (does.kind === 'answer') leg?.answer();
    else if (does.kind === 'hang_up') leg?.hangUp();
    else leg?.say(does.text);
    response.status(leg ? 200 : 404).json({});
  });
}

async function hearTerminal(
  world: CarrierWorld,
  line: TerminalLine,
  told: LineFromTerminal,
): Promise<object> {
  switch (told.kind) {
    case 'enter':
      return { entered: await world.enter(line, told.conference, readEntry(told.entry)) };
    case 'leave':
      world.leave(line, told.why);
      return {};
    case 'sound':
      world.sound(line, told.what);
      return {};
  }
}

/** Where the terminal goes away its phone is put down, as the window of a browser phone that is closed. */
function ringTerminal(leg: StaffLeg, write: (line: LineToTerminal) => void, response: Response): void {
  const { callSid, from } = leg;
  const putDown = () => leg.hangUp();
  leg.onHeard = (heard) => write({ kind: 'heard', heard });
  leg.onEnd = () => {
    response.off('close', putDown);
    write({ kind: 'ended', callSid, status: leg.status });
  };
  response.on('close', putDown);
  write({ kind: 'rings', callSid, from });
}

function openLines(response: Response): (line: LineToTerminal) => void {
  const write = (line: LineToTerminal) => void response.write(`${JSON.stringify(line)}\n`);
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  write({ kind: 'here' });
  return write;
}
