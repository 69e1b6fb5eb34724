import { carrierDate, isOpen } from './carrier-request.ts';
import type { CarrierWorld } from './carrier-world.service.ts';
import type { Conference, Document, Participant, ReportAddress } from './conference.ts';
import { ENTRY_ERRORS, type ReachableCall } from './switchboard.ts';
import type { Method } from './twiml.ts';

/** The fields of a command as they came; one that was sent several times has several values. */
export type CommandForm = { readonly [field: string]: string | readonly string[] | undefined };

/** The answer to a command, in the carrier's own form. */
export interface CommandResult {
  readonly status: number;
  readonly body: object;
}

const NOT_FOUND = 20_404;
const MISSING = 21_201;
const NOT_IN_PROGRESS = 21_220;
/** The carrier's defaults and limits for how long a phone rings, in seconds. */
const RING_SECONDS = { standard: 60, least: 5, most: 600 };

/** A refusal as the carrier words it. */
export function refusal(status: number, code: number, message: string): CommandResult {
  return { status, body: { code, message, status, more_info: `https://www.twilio.com/docs/errors/${code}` } };
}

const notFound = () => refusal(404, NOT_FOUND, 'The requested resource was not found');

/** Adds a person to a conference by calling them. */
export function createParticipant(world: CarrierWorld, name: string, form: CommandForm): CommandResult {
  const [from, to] = [text(form.From), text(form.To)];
  if (from === undefined || to === undefined) return refusal(400, MISSING, 'From and To are required');
  const label = text(form.Label);
  if (world.conferences.find(name)?.hasLabel(label))
    return refusal(400, ENTRY_ERRORS.label_used, 'A participant with this label is in the conference');
  const coach = isTrue(form.Coaching) ? text(form.CallSidToCoach) : undefined;
  const record = text(form.ConferenceRecord) ?? 'false';
  const leg = world.callStaff({
    from,
    to,
    conference: name,
    ringSeconds: within(Number(text(form.Timeout) ?? RING_SECONDS.standard)),
    reports: addressOf(form, 'StatusCallback', 'completed'),
    recorded: isTrue(form.Record),
    entry: {
      label,
      coach,
      muted: isTrue(form.Muted),
      beep: ['true', 'onEnter'].includes(text(form.Beep) ?? 'true'),
      startOnEnter: text(form.StartConferenceOnEnter) !== 'false',
      endOnExit: isTrue(form.EndConferenceOnExit),
      record: record === 'true' || record === 'record-from-start',
      wait: documentOf(form, 'WaitUrl', 'WaitMethod', 'POST'),
      reports: addressOf(form, 'ConferenceStatusCallback', 'start end'),
    },
  });
  const now = carrierDate(world.now());
  return {
    status: 201,
    body: {
      ...{ account_sid: world.accountSid, call_sid: leg.callSid, label: label ?? null },
      ...{ call_sid_to_coach: coach ?? null, coaching: coach !== undefined },
      conference_sid: world.conferences.find(name)?.sid ?? null,
      ...{ date_created: now, date_updated: now, end_conference_on_exit: leg.call.entry.endOnExit },
      ...{ muted: leg.call.entry.muted, hold: false, status: 'queued', queue_time: '0' },
      start_conference_on_enter: leg.call.entry.startOnEnter,
      uri: `/2010-04-01/Accounts/${world.accountSid}/Conferences/${name}/Participants/${leg.callSid}.json`,
    },
  };
}

/** Holds a leg or lets it back, mutes it, makes it a coach or one who speaks to all. */
export function updateParticipant(
  world: CarrierWorld,
  conferenceSid: string,
  callOrLabel: string,
  form: CommandForm,
): CommandResult {
  const conference = openConference(world, conferenceSid);
  const participant =
    conference &&
    [...conference.participants.values()].find(
      ({ callSid, entry }) => callSid === callOrLabel || entry.label === callOrLabel,
    );
  if (!conference || !participant) return notFound();
  const hold = text(form.Hold);
  const coaching = text(form.Coaching);
  const coached = text(form.CallSidToCoach);
  if (coaching === 'true' && (coached === undefined || !conference.participants.has(coached)))
    return refusal(400, ENTRY_ERRORS.nobody_to_coach, 'The coached call is not in the conference');
  // Of a leg on hold no other flag is changed, and nobody says so.
  if (!participant.held || hold === 'false') {
    if (hold !== undefined)
      world.conferences.hold(
        conference,
        participant,
        hold === 'true'
          ? (documentOf(form, 'HoldUrl', 'HoldMethod', 'GET') ?? { url: '', method: 'GET' })
          : undefined,
      );
    if (hold !== 'true')
      world.conferences.setVoice(conference, participant, {
        muted: form.Muted === undefined ? undefined : isTrue(form.Muted),
        coaching: coaching === undefined ? undefined : coaching === 'true' ? coached : 'nobody',
      });
  }
  return { status: 200, body: participantBody(world, conference, participant) };
}

/** Takes a call elsewhere, or ends it. */
export function updateCall(world: CarrierWorld, callSid: string, form: CommandForm): CommandResult {
  const call = world.findCall(callSid);
  if (!call) return notFound();
  if (!isOpen(call.status)) return refusal(400, NOT_IN_PROGRESS, 'Call is not in-progress. Cannot redirect.');
  const url = text(form.Url);
  if (text(form.Status) !== undefined) world.soon(() => call.cut());
  else if (url !== undefined)
    world.move(call, { url, method: methodOf(form.Method, 'POST'), fallbackUrl: text(form.FallbackUrl) });
  return { status: 200, body: callBody(world, call) };
}

/** The conferences of a name, the newest first. */
export function listConferences(world: CarrierWorld, query: CommandForm): CommandResult {
  const [name, status] = [text(query.FriendlyName), text(query.Status)];
  const size = Number(text(query.PageSize) ?? 50);
  const found = world.conferences.all
    .filter(
      (one) => (name === undefined || one.name === name) && (status === undefined || one.status === status),
    )
    .toReversed()
    .slice(0, size);
  const path = `https://api.twilio.com/2010-04-01/Accounts/${world.accountSid}/Conferences.json`;
  return {
    status: 200,
    body: {
      conferences: found.map((one) => conferenceBody(world, one)),
      ...{ page: 0, page_size: size, start: 0, end: Math.max(0, found.length - 1) },
      ...{ uri: path, first_page_uri: path, next_page_uri: null, previous_page_uri: null },
    },
  };
}

/** Pauses or goes on with what records a conference now. */
export function updateRecording(
  world: CarrierWorld,
  conferenceSid: string,
  recordingSid: string,
  form: CommandForm,
): CommandResult {
  const conference = openConference(world, conferenceSid);
  const recording = conference?.recording;
  if (!conference || !recording || ![recording.sid, 'Twilio.CURRENT'].includes(recordingSid))
    return notFound();
  const status = text(form.Status);
  if (status !== 'paused' && status !== 'in-progress')
    return refusal(400, 21_220, `A recording cannot become ${status}`);
  recording.status = status;
  const now = carrierDate(world.now());
  return {
    status: 200,
    body: {
      ...{ account_sid: world.accountSid, api_version: '2010-04-01', call_sid: null },
      ...{
        conference_sid: conference.sid,
        channels: 1,
        date_created: now,
        date_updated: now,
        start_time: now,
      },
      ...{ price: null, price_unit: null, duration: null, sid: recording.sid },
      ...{ source: 'StartConferenceRecordingAPI', status, error_code: null, encryption_details: null },
      uri: `/2010-04-01/Accounts/${world.accountSid}/Conferences/${conference.sid}/Recordings/${recording.sid}.json`,
    },
  };
}

/** The conference with this id that is not over. */
function openConference({ conferences }: CarrierWorld, conferenceSid: string): Conference | undefined {
  return conferences.all.find(({ sid, status }) => sid === conferenceSid && status !== 'completed');
}

function text(value: CommandForm[string]): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isTrue(value: CommandForm[string]): boolean {
  return value === 'true';
}

function methodOf(value: CommandForm[string], standard: Method): Method {
  return value === 'GET' || value === 'POST' ? value : standard;
}

function within(seconds: number): number {
  return Math.max(RING_SECONDS.least, Math.min(seconds, RING_SECONDS.most));
}

function documentOf(form: CommandForm, name: string, method: string, standard: Method): Document | undefined {
  const url = text(form[name]);
  return url === undefined ? undefined : { url, method: methodOf(form[method], standard) };
}

/** Several events come as several values, or in one with spaces between. */
function addressOf(form: CommandForm, name: string, standard: string): ReportAddress | undefined {
  const document = documentOf(form, name, `${name}Method`, 'POST');
  const events = [form[`${name}Event`] ?? standard].flat().join(' ');
  return document && { ...document, events: new Set(events.split(' ')) };
}

function participantBody(world: CarrierWorld, conference: Conference, one: Participant): object {
  const now = carrierDate(world.now());
  return {
    ...{ account_sid: world.accountSid, call_sid: one.callSid, label: one.entry.label ?? null },
    ...{ call_sid_to_coach: one.coaching ?? null, coaching: one.coaching !== undefined },
    ...{ conference_sid: conference.sid, date_created: now, date_updated: now },
    ...{ end_conference_on_exit: one.entry.endOnExit, muted: one.muted, hold: one.held },
    ...{ start_conference_on_enter: one.entry.startOnEnter, status: 'connected', queue_time: null },
    uri: `/2010-04-01/Accounts/${world.accountSid}/Conferences/${conference.sid}/Participants/${one.callSid}.json`,
  };
}

function conferenceBody(world: CarrierWorld, { sid, name, status }: Conference): object {
  const now = carrierDate(world.now());
  const uri = `/2010-04-01/Accounts/${world.accountSid}/Conferences/${sid}`;
  return {
    ...{ account_sid: world.accountSid, api_version: '2010-04-01', date_created: now, date_updated: now },
    ...{ friendly_name: name, region: 'us1', sid, status, uri: `${uri}.json` },
    subresource_uris: { participants: `${uri}/Participants.json`, recordings: `${uri}/Recordings.json` },
    call_sid_ending_conference: null,
  };
}

function callBody(world: CarrierWorld, { callSid, from, to, direction, status }: ReachableCall): object {
  const now = carrierDate(world.now());
  const uri = `/2010-04-01/Accounts/${world.accountSid}/Calls/${callSid}`;
  return {
    ...{ sid: callSid, date_created: now, date_updated: now, parent_call_sid: null },
    ...{ account_sid: world.accountSid, to, to_formatted: to, from, from_formatted: from },
    ...{ phone_number_sid: null, status, start_time: now, end_time: null, duration: null },
    ...{ price: null, price_unit: 'USD', direction, answered_by: null, api_version: '2010-04-01' },
    ...{ forwarded_from: null, group_sid: null, caller_name: null, queue_time: '0', trunk_sid: null },
    uri: `${uri}.json`,
    subresource_uris: { recordings: `${uri}/Recordings.json` },
  };
}
