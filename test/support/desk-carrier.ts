import { type CarrierCommand, type LegLabel, labelText } from '../../src/escalation/carrier-command.ts';
import type { DeskHandoff } from '../../src/escalation/handoff.ts';
import { callerDocument } from '../../src/escalation/handoff-documents.ts';
import type { CarrierReport } from '../../src/escalation/handoff-event.ts';

type Answer = 'done' | 'gone' | 'refused';

interface StaffCall {
  readonly callId: string;
  readonly label: LegLabel;
  state: 'ringing' | 'in' | 'over';
}

/** A report on its way; the status of a staff leg and the end of a call are told until they are heard. */
export interface Underway {
  readonly report: CarrierReport;
  readonly mayBeLost: boolean;
}

/**
 * One caller, the phones of staff and one conference as a carrier has them: who is where, what it tells of it. Commands change
 * it, reports come out; in which order, how often and whether they arrive is the test's.
 */
export class DeskCarrier {
  readonly caller: string;
  place: 'queue' | 'conference' | 'keys' | 'dialogue' | 'dead' = 'queue';
  label: LegLabel | undefined;
  readonly staff: StaffCall[] = [];
  readonly reports: Underway[] = [];
  /** Labels that have joined, so that one that comes twice is found. */
  readonly used = new Set<string>();
  #sequence = 0;
  #calls = 0;

  constructor(caller = 'CAcaller') {
    this.caller = caller;
  }

  /** Carries out a command. `documentOf` answers the document that a fetched caller asks for. */
  carryOut(command: CarrierCommand, documentOf: (report?: CarrierReport) => DeskHandoff): Answer {
    switch (command.kind) {
      case 'call_staff': {
        const call: StaffCall = {
          callId: `${this.caller}-staff${++this.#calls}`,
          label: command.label,
          state: 'ringing',
        };
        this.staff.push(call);
        this.#tell({ kind: 'leg_called', label: call.label, callId: call.callId }, true);
        return 'done';
      }
      case 'join_caller':
      case 'requeue_caller':
      case 'key_caller': {
        if (this.place === 'dead') return 'gone';
        this.leaveConference();
        if (command.kind === 'requeue_caller') this.place = 'queue';
        else this.follow(documentOf(command.kind === 'key_caller' ? { kind: 'caller_at_keys' } : undefined));
        return 'done';
      }
      case 'end_leg': {
        if (command.callId === this.caller) return this.hangUp();
        const call = this.staff.find(({ callId }) => callId === command.callId);
        if (!call || call.state === 'over') return 'gone';
        this.endStaff(call);
        return 'done';
      }
      case 'hold':
        return this.place === 'conference' ? 'done' : 'gone';
      case 'voice':
      case 'record':
        return 'done';
    }
  }

  /** The caller does what their document says. */
  follow(handoff: DeskHandoff): void {
    const document = callerDocument(handoff);
    if (document.kind === 'goodbye') {
      this.hangUp();
      return;
    }
    if (document.kind === 'queue' || document.kind === 'keys' || document.kind === 'dialogue')
      this.place = document.kind;
    else {
      this.label = document.label;
      this.#join(this.caller, this.label);
      this.place = 'conference';
    }
  }

  answerPhone(call: StaffCall): void {
    if (call.state !== 'ringing') return;
    call.state = 'in';
    this.#join(call.callId, call.label);
  }

  endStaff(call: StaffCall): void {
    const wasIn = call.state === 'in';
    if (call.state === 'over') return;
    call.state = 'over';
    if (wasIn) this.#leave(call.callId, call.label);
    this.#tell({ kind: 'staff_leg_ended', label: call.label, how: wasIn ? 'completed' : 'no-answer' }, false);
  }

  hangUp(): Answer {
    if (this.place === 'dead') return 'gone';
    this.leaveConference();
    this.place = 'dead';
    this.#tell({ kind: 'caller_gone' }, false);
    return 'done';
  }

  leaveConference(): void {
    if (this.place === 'conference' && this.label) this.#leave(this.caller, this.label);
    this.label = undefined;
  }

  /** The legs of agents in the conference. */
  agentsIn(): readonly StaffCall[] {
    return this.staff.filter(({ state, label }) => state === 'in' && label.role === 'agent');
  }

  #join(callId: string, label: LegLabel): void {
    const text = labelText(label);
    if (this.used.has(text)) throw new Error(`the label ${text} was used twice`);
    this.used.add(text);
    this.#tellLeg('joined', callId, label);
  }

  #leave(callId: string, label: LegLabel): void {
    this.#tellLeg('left', callId, label);
  }

  #tellLeg(what: 'joined' | 'left', callId: string, label: LegLabel): void {
    this.#tell({ kind: 'leg', what, callId, label, conferenceId: 'CF1', sequence: ++this.#sequence }, true);
  }

  #tell(report: CarrierReport, mayBeLost: boolean): void {
    this.reports.push({ report, mayBeLost });
  }
}
