import { carrierDate, type Parameters } from './carrier-request.ts';
import type { Conference, Participant } from './conference.ts';

/** What a conference is asked to report of, and how each thing is called in a report. */
export type ReportedEvent =
  | { readonly kind: 'start'; readonly event: 'conference-start' }
  | { readonly kind: 'end'; readonly event: 'conference-end' }
  | { readonly kind: 'join'; readonly event: 'participant-join' }
  | { readonly kind: 'leave'; readonly event: 'participant-leave' }
  | { readonly kind: 'hold'; readonly event: 'participant-hold' | 'participant-unhold' }
  | { readonly kind: 'mute'; readonly event: 'participant-mute' | 'participant-unmute' }
  | { readonly kind: 'modify'; readonly event: 'participant-modify' };

/** The parameters of a report about a conference, or about one leg of it. Counts it, asked for or not. Pure but for the count. */
export function conferenceReport(
  conference: Conference,
  { event }: ReportedEvent,
  { accountSid, at }: { readonly accountSid: string; readonly at: number },
  about: Pick<Participant, 'callSid' | 'entry' | 'muted' | 'held' | 'coaching'> | undefined,
  more: Parameters,
): Parameters {
  return {
    AccountSid: accountSid,
    ConferenceSid: conference.sid,
    FriendlyName: conference.name,
    SequenceNumber: String(conference.nextSequence()),
    StatusCallbackEvent: event,
    Timestamp: carrierDate(at),
    ...(about && {
      CallSid: about.callSid,
      Muted: String(about.muted),
      Hold: String(about.held),
      Coaching: String(about.coaching !== undefined),
      EndConferenceOnExit: String(about.entry.endOnExit),
      StartConferenceOnEnter: String(about.entry.startOnEnter),
      ...(about.entry.label === undefined ? {} : { ParticipantLabel: about.entry.label }),
    }),
    ...more,
  };
}
