import { isOpen } from './carrier-request.ts';
import type { Entry } from './conference.ts';
import type { SoundKind } from './hearing.ts';
import type { Entered, LeaveWord, ReachableCall, Switchboard } from './switchboard.ts';
import {
  type LineFromTerminal,
  type LineToTerminal,
  type StaffDoes,
  TERMINALS,
  writtenEntry,
} from './terminal-lines.ts';

/** A simulated carrier of another process. */
export interface CarrierAddress {
  readonly url: string;
  readonly account: string;
  readonly authToken: string;
}

/** Connects telephones of this process to the simulated carrier of another. */
export class RemoteSwitchboard implements Switchboard {
  readonly #carrier: CarrierAddress;
  readonly #open = new Map<string, AbortController>();
  /** One request after the other, so that what is told of a call arrives in its order. */
  #told: Promise<unknown> = Promise.resolve();

  constructor(carrier: CarrierAddress) {
    this.#carrier = carrier;
  }

  async dialled(call: ReachableCall): Promise<void> {
    const { callSid, from, to } = call;
    const abort = new AbortController();
    this.#open.set(callSid, abort);
    const lines = linesOf(this.#carrier, TERMINALS.calls, { callSid, from, to }, abort.signal);
    try {
      await lines.next();
    } catch {
      // It runs on another machine, or no more: the call is made without others.
      this.#open.delete(callSid);
      return;
    }
    void follow(lines, (line) => obey(call, line));
  }

  async enter(call: ReachableCall, conference: string, entry: Entry): Promise<Entered> {
    if (!this.#open.has(call.callSid)) return 'joined';
    const told = await this.#tell(call, { kind: 'enter', conference, entry: writtenEntry(entry) });
    const { entered } = (await told.json()) as { readonly entered: Entered };
    return entered;
  }

  leave(call: ReachableCall, why: LeaveWord): void {
    this.#tell(call, { kind: 'leave', why })
      .catch(() => {})
      .finally(() => {
        if (isOpen(call.status)) return;
        this.#open.get(call.callSid)?.abort();
        this.#open.delete(call.callSid);
      });
  }

  sound(call: ReachableCall, what: SoundKind): void {
    this.#tell(call, { kind: 'sound', what }).catch(() => {});
  }

  /** What a caller's own documents say is heard in this process alone. */
  played(): void {}

  #tell({ callSid }: ReachableCall, line: LineFromTerminal): Promise<Response> {
    const told = this.#told
      .catch(() => {})
      .then(() => post(this.#carrier, `${TERMINALS.calls}/${callSid}`, line));
    this.#told = told;
    return told;
  }
}

/** The phone of a member of staff in this process. */
export interface StaffPhone {
  /** What happens at it, until it is closed or the carrier goes away. */
  readonly lines: AsyncGenerator<LineToTerminal>;
  does(callSid: string, what: StaffDoes): Promise<void>;
}

/** Sits down at the phone with this number or SIP address. */
export function openStaffPhone(carrier: CarrierAddress, to: string, signal: AbortSignal): StaffPhone {
  return {
    lines: linesOf(carrier, TERMINALS.staff, { to }, signal),
    does: async (callSid, what) => void (await post(carrier, `${TERMINALS.staff}/${callSid}`, what)),
  };
}

async function obey(call: ReachableCall, line: LineToTerminal): Promise<void> {
  switch (line.kind) {
    case 'heard':
      call.hear(line.heard);
      return;
    case 'move':
      return call.move(line.to);
    case 'over':
      return call.conferenceOver();
    case 'cut':
      return call.cut();
    default:
      return;
  }
}

async function follow(
  lines: AsyncGenerator<LineToTerminal>,
  act: (line: LineToTerminal) => Promise<void>,
): Promise<void> {
  try {
    for await (const line of lines) await act(line);
  } catch {
    // The carrier has gone, or this call is over: it goes on without others.
  }
}

async function* linesOf(
  carrier: CarrierAddress,
  path: string,
  body: object,
  signal: AbortSignal,
): AsyncGenerator<LineToTerminal> {
  const response = await post(carrier, path, body, signal);
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as LineToTerminal;
  }
}

async function post(
  { url, account, authToken }: CarrierAddress,
  path: string,
  body: object,
  signal?: AbortSignal,
): Promise<Response> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${account}:${authToken}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
  if (!response.ok) throw new Error(`the simulated carrier answered ${response.status}`);
  return response;
}
