import twilio from 'twilio';
import type { ParticipantListInstanceCreateOptions } from 'twilio/lib/rest/api/v2010/account/conference/participant.js';
import {
  type CallControl,
  type CarrierCommand,
  type CommandAnswer,
  labelText,
  type SupervisorVoice,
} from '../../escalation/carrier-command.ts';
import { SECOND } from '../../platform/clock.ts';
import { defined } from '../../platform/defined.ts';
import { isOpaqueId } from '../../platform/opaque-id.ts';
import { type DeskPath, type DeskQuery, deskUrl } from '../desk-url.ts';
import { CONFERENCE_EVENTS, REPORTED_AGAIN } from './conference-reports.ts';
import {
  isAccountError,
  type ProviderAccount,
  ProviderRefusal,
  providerOptions,
} from './provider-http.client.ts';

/** A person waits for what a command does; a lost one is sent again. */
const COMMAND_LIMIT_MILLISECONDS = 8 * SECOND;
/** What the provider takes as the time a phone rings, in seconds; it adds 5 of its own. */
const LEAST_RING_SECONDS = 5;
const MOST_RING_SECONDS = 600;

const LEG_EVENTS = ['ringing', 'answered', 'completed'];

/** The provider's error numbers that say: there is no such call or conference, or it is over. */
const GONE: ReadonlySet<number> = new Set([20_404, 21_220]);
/** A participant of this label is in the conference: the same command was sent before. */
const LABEL_USED = 16_025;

interface TwilioCallControlSettings extends ProviderAccount {
  /** Without a slash at its end. */
  readonly publicUrl: string;
  /** The number that staff are called from, in E.164. */
  readonly callsFrom: string;
  /** Whether talks are recorded, from when the conference starts. Keyed digits never are: then the caller is out of it. */
  readonly talksRecorded: boolean;
}

type Command<Kind extends CarrierCommand['kind']> = Extract<CarrierCommand, { kind: Kind }>;

/** Commands conferences and calls through Twilio's REST API. One try each, at most 8 s; the outbox of commands retries. */
export class TwilioCallControl implements CallControl {
  readonly #client: twilio.Twilio;
  readonly #settings: TwilioCallControlSettings;

  constructor(settings: TwilioCallControlSettings) {
    this.#settings = settings;
    const { accountSid, authToken, limitMilliseconds = COMMAND_LIMIT_MILLISECONDS, baseUrl } = settings;
    this.#client = twilio(accountSid, authToken, providerOptions(limitMilliseconds));
    if (baseUrl !== undefined) this.#client.api.baseUrl = baseUrl;
  }

  async carryOut(command: CarrierCommand): Promise<CommandAnswer> {
    try {
      return await this.#send(command);
    } catch (error) {
      // The texts of errors quote numbers: only their figures are read (invariant 15).
      if (!(error instanceof ProviderRefusal)) return { kind: 'retry' };
      if (command.kind === 'call_staff' && error.code === LABEL_USED) return { kind: 'done' };
      return answerOfRefusal(error);
    }
  }

  async #send(command: CarrierCommand): Promise<CommandAnswer> {
    switch (command.kind) {
      case 'call_staff':
        return this.#callStaff(command);
      case 'join_caller': {
        const { handoff, label, language } = command;
        return this.#moveCall(command.callId, '/voice/desk/join', { handoff, leg: label, language });
      }
      case 'key_caller': {
        const { handoff, language } = command;
        return this.#moveCall(command.callId, '/voice/keying', { handoff, language });
      }
      case 'requeue_caller': {
        const { handoff, language } = command;
        return this.#moveCall(command.callId, '/voice/desk/queue', { handoff, language });
      }
      case 'hold':
        return this.#hold(command);
      case 'voice':
        return this.#voice(command);
      case 'end_leg':
        await this.#client.calls(command.callId).update({ status: 'completed' });
        return { kind: 'done' };
      case 'record':
        return this.#record(command);
    }
  }

  async #callStaff(command: Command<'call_staff'>): Promise<CommandAnswer> {
    const { handoff, conference, label, to, language, coach, ringSeconds } = command;
    const { callsFrom, talksRecorded } = this.#settings;
    const created = await this.#client.conferences(conference).participants.create({
      from: callsFrom,
      to,
      label: labelText(label),
      timeout: Math.max(LEAST_RING_SECONDS, Math.min(Math.floor(ringSeconds), MOST_RING_SECONDS)),
      beep: 'false',
      startConferenceOnEnter: true,
      endConferenceOnExit: false,
      // The conference's own recording stops where the caller leaves it to key. One of a participant would go on between
      // conferences, so that `record` is never set here (invariant 52).
      conferenceRecord: talksRecorded ? 'record-from-start' : 'do-not-record',
      waitUrl: this.#url('/voice/desk/staff', { language }),
      waitMethod: 'POST',
      statusCallback: `${this.#url('/voice/desk/leg', { handoff, leg: label })}${REPORTED_AGAIN}`,
      statusCallbackMethod: 'POST',
      statusCallbackEvent: LEG_EVENTS,
      // Only those of the first participant count, and that is the agent.
      conferenceStatusCallback: `${this.#url('/voice/desk/events')}${REPORTED_AGAIN}`,
      conferenceStatusCallbackMethod: 'POST',
      conferenceStatusCallbackEvent: [...CONFERENCE_EVENTS],
      ...(coach && voiceOnEntry(coach)),
    });
    // Every answer of 2xx comes here; one without an id is not the provider's. Its reports are held to the same shape.
    const { callSid } = created;
    return typeof callSid === 'string' && isOpaqueId(callSid)
      ? { kind: 'done', callId: callSid }
      : { kind: 'retry' };
  }

  /** The provider ends what the call is doing, a queue, a Gather or a conference, and asks for the document. */
  async #moveCall(callId: string, path: DeskPath, query: DeskQuery): Promise<CommandAnswer> {
    await this.#client.calls(callId).update({
      url: this.#url(path, query),
      method: 'POST',
      fallbackUrl: `${this.#settings.publicUrl}/voice/fallback`,
      fallbackMethod: 'POST',
    });
    return { kind: 'done' };
  }

  async #hold(command: Command<'hold'>): Promise<CommandAnswer> {
    const { callId, held, language } = command;
    // No other flag beside it: the provider ignores those of a held leg without a word.
    const flags = held
      ? { hold: true, holdUrl: this.#url('/voice/desk/hold', { language }), holdMethod: 'POST' }
      : { hold: false };
    return this.#inConference(command, (id) =>
      this.#client.conferences(id).participants(callId).update(flags),
    );
  }

  async #voice(command: Command<'voice'>): Promise<CommandAnswer> {
    const { callId, agentCall, voice } = command;
    const flags = {
      muted: voice === 'listen',
      // Who listens coaches as well: were the mute lost, the agent alone would hear them.
      coaching: voice !== 'speak',
      ...(voice === 'speak' ? {} : { callSidToCoach: agentCall }),
    };
    return this.#inConference(command, (id) =>
      this.#client.conferences(id).participants(callId).update(flags),
    );
  }

  async #record(command: Command<'record'>): Promise<CommandAnswer> {
    return this.#inConference(command, (id) =>
      this.#client
        .conferences(id)
        .recordings('Twilio.CURRENT')
        .update(command.paused ? { status: 'paused', pauseBehavior: 'silence' } : { status: 'in-progress' }),
    );
  }

  /** Does something to a conference by its id: the one given, and where that one is over, the one that has its name now. */
  async #inConference(
    { conference, conferenceId }: { readonly conference: string; readonly conferenceId?: string },
    act: (conferenceId: string) => Promise<unknown>,
  ): Promise<CommandAnswer> {
    try {
      const id = conferenceId ?? (await this.#findConference(conference));
      if (id === undefined) return { kind: 'gone' };
      await act(id);
    } catch (error) {
      const isOver = error instanceof ProviderRefusal && answerOfRefusal(error).kind === 'gone';
      if (!isOver || conferenceId === undefined) throw error;
      const current = await this.#findConference(conference);
      if (current === undefined || current === conferenceId) return { kind: 'gone' };
      await act(current);
    }
    return { kind: 'done' };
  }

  /** The conference of this name that is not over; only adding a participant takes the name. */
  async #findConference(name: string): Promise<string | undefined> {
    for (const status of ['in-progress', 'init'] as const) {
      const { instances } = await this.#client.conferences.page({ friendlyName: name, status, pageSize: 1 });
      const sid = instances.find(({ friendlyName }) => friendlyName === name)?.sid;
      if (sid !== undefined) return sid;
    }
    return undefined;
  }

  #url(path: DeskPath, query?: DeskQuery): string {
    return deskUrl(this.#settings.publicUrl, path, query);
  }
}

function voiceOnEntry({
  agentCall,
  voice,
}: {
  readonly agentCall: string;
  readonly voice: SupervisorVoice;
}): Partial<ParticipantListInstanceCreateOptions> {
  if (voice === 'speak') return {};
  return { coaching: true, callSidToCoach: agentCall, muted: voice === 'listen' };
}

function answerOfRefusal({ status, code, retryAfterSeconds }: ProviderRefusal): CommandAnswer {
  if (code !== undefined && GONE.has(code)) return { kind: 'gone' };
  const later = defined({ afterSeconds: retryAfterSeconds });
  if (status === 429 || status >= 500 || status < 400) return { kind: 'retry', ...later };
  if (status === 401 || code === undefined || isAccountError(code)) return { kind: 'retry' };
  return { kind: 'refused', carrierError: code };
}
