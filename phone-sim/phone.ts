import { assert, assertNever } from '../src/platform/fault.ts';
import {
  type AnswerFault,
  answerOf,
  DIFFERENT_ANSWER,
  DOCUMENT_PARSE_FAILURE,
  LOOP_FAULT,
  MAXIMUM_DOCUMENTS_IN_A_ROW,
  readAnswer,
  sameAnswer,
  stepOf,
} from './answer.ts';
import {
  addressAt,
  type Exchange,
  READ_LIMIT_MILLISECONDS,
  type ServiceEndpoint,
  sendToService,
} from './carrier.client.ts';
import {
  type CallIdentity,
  type CarrierCallStatus,
  type CarrierRequest,
  newCallSid,
  type Parameters,
  SIMULATED_ACCOUNT_SID,
  signedRequest,
  standardParameters,
} from './carrier-request.ts';
import type { Entry } from './conference.ts';
import type { ConferenceNoun } from './conference-noun.ts';
import type { SmsMessage } from './inbox.client.ts';
import type {
  Dialling,
  DialResult,
  Duplicates,
  Passing,
  PhoneOptions,
  QueueResult,
  RawPost,
} from './phone-options.ts';
import {
  type GatherRun,
  hasWordsLeft,
  isAside,
  naturalPassing,
  type QueueWait,
  type State,
} from './phone-state.ts';
import { rawRequest } from './raw-request.ts';
import {
  ENTRY_ERRORS,
  type Entered,
  type HeardOnLine,
  type MovedTo,
  type ReachableCall,
  type Switchboard,
} from './switchboard.ts';
import { CARRIER_APOLOGY, type EndedBy, type PhoneEvent } from './transcript.ts';
import type { DialVerb, EnqueueVerb, GatherVerb, Method, SpokenVerb, Verb } from './twiml.ts';
import { spokenMilliseconds } from './voices.ts';

const ANSWER_PATH = '/voice/answer';
const STATUS_PATH = '/voice/status';
/** The verbs a wait document may have. */
const HEARD_WHILE_WAITING: ReadonlySet<Verb['kind']> = new Set([
  'say',
  'pause',
  'play',
  'gather',
  'redirect',
  'leave',
  'hangup',
]);
/**
 * The carrier and the handset of one call: signs and sends webhooks, carries out the answer as the carrier
 * documents it, and takes keys. Time moves only through `pass`, `listen` and `staySilent`.
 */
export class Phone implements ReachableCall {
  readonly events: PhoneEvent[] = [];
  readonly exchanges: Exchange[] = [];
  /** May be changed between turns. */
  duplicates: Duplicates;
  readonly #options: PhoneOptions;
  readonly #line: ServiceEndpoint;
  #call: CallIdentity | undefined;
  #state: State = { kind: 'idle' };
  #verbs: readonly Verb[] = [];
  #position = 0;
  #documentUrl = '';
  /** While the call waits in a queue; what plays then is the wait document. */
  #queue: QueueWait | undefined;
  #documentsInARow = 0;
  #elapsed = 0;
  #status: CarrierCallStatus = 'ringing';
  /** Where a command that moved the call has said it turns when a document fails. */
  #fallbackUrl: string | undefined;

  constructor(options: PhoneOptions) {
    this.#options = options;
    this.duplicates = options.duplicates ?? 'none';
    this.#line = {
      baseUrl: options.baseUrl,
      publicUrl: options.publicUrl ?? options.baseUrl,
      readLimitMilliseconds: options.readLimitMilliseconds ?? READ_LIMIT_MILLISECONDS,
      stopwatch: options.stopwatch,
    };
  }

  /** What the phone is doing. */
  get state(): State['kind'] {
    return this.#queue ? 'queued' : this.#state.kind;
  }
  get callSid(): string {
    return this.#identity().callSid;
  }
  get from(): string {
    return this.#identity().from;
  }
  get to(): string {
    return this.#identity().to;
  }
  get direction(): 'inbound' {
    return 'inbound';
  }
  /** What the carrier says of the call. */
  get status(): CarrierCallStatus {
    return this.#status;
  }
  /** Milliseconds of call time since it was dialled. */
  get elapsed(): number {
    return this.#elapsed;
  }
  /** The readable step of the Gather that asks for keys, from its action URL. */
  get step(): string | undefined {
    const gather = this.#asking;
    return gather && stepOf(this.#resolve(gather.action));
  }
  /** Whether the running Gather takes one key, an entry of several, or there is none. */
  get collects(): 'one' | 'entry' | undefined {
    const gather = this.#asking;
    return gather && (gather.numDigits === 1 ? 'one' : 'entry');
  }
  /** The running Gather only listens beside its words: keys are out of turn there. */
  get isAside(): boolean {
    const run = this.#running;
    return run !== undefined && run.digits === '' && isAside(run.gather);
  }
  /** Milliseconds until the next thing happens by itself; undefined when nothing will. */
  get remaining(): number | undefined {
    return 'remaining' in this.#state ? this.#state.remaining : undefined;
  }
  get queue(): string | undefined {
    return this.#queue?.verb.queue;
  }
  get endedBy(): EndedBy | undefined {
    return this.#state.kind === 'ended' ? this.#state.by : undefined;
  }
  get lastRequest(): CarrierRequest | undefined {
    return this.exchanges.at(-1)?.request;
  }

  get #switchboard(): Switchboard | undefined {
    return this.#options.switchboard;
  }

  /** The Gather of the call's own document; none while the call waits in a queue. */
  get #running(): GatherRun | undefined {
    const state = this.#state;
    const gathering = state.kind === 'prompting' || state.kind === 'collecting';
    return gathering && !this.#queue ? state.run : undefined;
  }

  /** The Gather that asks for keys: the running one, or, where that only listens beside its words, the one that follows. */
  get #asking(): GatherVerb | undefined {
    const run = this.#running;
    if (!run || !isAside(run.gather)) return run?.gather;
    return this.#verbs.slice(this.#position + 1).find((verb) => verb.kind === 'gather');
  }

  /** Dials, and returns once the first document has begun to play. */
  async dial(dialling: Dialling): Promise<void> {
    assert(this.#state.kind === 'idle', 'a phone makes one call');
    this.#call = {
      callSid: newCallSid(this.#options.random),
      accountSid: this.#options.accountSid ?? SIMULATED_ACCOUNT_SID,
      from: dialling.from,
      to: dialling.to,
      ...(dialling.attestation ? { attestation: dialling.attestation } : {}),
    };
    this.#emit({ kind: 'dialled', from: dialling.from, to: dialling.to, callSid: this.#call.callSid });
    await this.#switchboard?.dialled(this);
    const url = addressAt(this.#line.publicUrl, this.#options.answerPath ?? ANSWER_PATH);
    await this.#fetchDocument(url, 'POST', {}, 'ringing');
  }

  /** Presses one key now. It is lost unless a Gather is running. */
  async press(key: string): Promise<void> {
    assert(/^[0-9*#]$/.test(key), 'a telephone has the keys 0-9 * #');
    this.#documentsInARow = 0;
    this.#switchboard?.sound(this, { kind: 'tone', key });
    const state = this.#state;
    if (state.kind === 'connected' && state.verb.conference) {
      this.#emit({ kind: 'pressed', key, secret: true, outcome: 'heard' });
      if (key !== '*' || !state.verb.hangupOnStar) return;
      this.#switchboard?.leave(this, 'participant_hung_up');
      return this.endDial('answered');
    }
    if (state.kind !== 'prompting' && state.kind !== 'collecting') {
      this.#emit({ kind: 'pressed', key, secret: true, outcome: 'lost' });
      return;
    }
    const { run } = state;
    this.#emit({ kind: 'pressed', key, secret: run.gather.numDigits !== 1, outcome: 'taken' });
    if (state.kind === 'prompting') this.#emit({ kind: 'interrupted' });
    // The documents differ over a finish key without keys before it; as callers meet it, it ends the Gather empty.
    if (key === run.gather.finishOnKey) return this.#finishGather(run, key);
    run.digits += key;
    if (run.digits.length === run.gather.numDigits) return this.#finishGather(run, '');
    this.#state = { kind: 'collecting', run, remaining: run.gather.timeoutSeconds * 1_000 };
  }

  /** Presses keys one after the other, in no time; each key meets the state that the one before has led to. */
  async pressAll(keys: string): Promise<void> {
    for (const key of keys) await this.press(key);
  }

  /**
   * Lets call time pass; prompts end, Gathers run out and webhooks are sent on the way. A `wait` goes on after the call has
   * ended: time passes for the service, too.
   */
  async pass(milliseconds: number, passing?: Passing): Promise<void> {
    let left = milliseconds;
    while (left > 0 && this.#state.kind !== 'ended') {
      const step = Math.min(this.remaining ?? left, left);
      await this.#passStep(step, passing);
      left -= step;
      if (this.#state.kind === 'requesting') return;
    }
    if (left > 0 && passing === 'wait') await this.#options.time.pass(left, passing);
  }

  /** Listens to the end of what is being said; afterwards the phone collects keys, waits in a queue, or the call is over. */
  async listen(): Promise<void> {
    while ('remaining' in this.#state && !this.#queue && (this.#state.kind !== 'collecting' || this.isAside))
      await this.#passStep(this.#state.remaining);
  }

  /** Listens until nothing more will be said; unlike `listen`, does not wait out silence that a Gather takes keys in. */
  async listenToWords(): Promise<void> {
    while (!this.#queue && 'remaining' in this.#state) {
      const { kind } = this.#state;
      const words =
        kind === 'speaking' || this.isAside || (kind === 'prompting' && hasWordsLeft(this.#state));
      if (!words) return;
      await this.#passStep(this.#state.remaining);
    }
  }

  /** Presses nothing until the running Gather has given up, and stops where its answer begins. */
  async staySilent(): Promise<void> {
    await this.listen();
    if (this.#state.kind === 'collecting' && !this.#queue) await this.#passStep(this.#state.remaining);
  }

  /** Puts the phone down. What is still under way at the service is answered to nobody. */
  async hangUp(): Promise<void> {
    if (this.#state.kind === 'ended' || this.#state.kind === 'idle') return;
    const queue = this.#leave();
    const dial = this.#state.kind === 'connected' ? this.#state.verb : undefined;
    this.#state = { kind: 'ended', by: 'caller' };
    this.#switchboard?.leave(this, 'participant_hung_up');
    if (dial?.conference && dial.action !== undefined) {
      const url = this.#resolve(dial.action);
      await this.#send(this.#request(url, dial.method, { DialCallStatus: 'completed' }, 'completed'));
    }
    if (queue?.verb.action !== undefined) {
      const parameters = this.#queueParameters(queue, 'hangup');
      const url = this.#resolve(queue.verb.action);
      await this.#send(this.#request(url, queue.verb.method, parameters, 'completed'));
    }
    await this.#end('caller', 'completed', 'the caller hung up');
  }

  /** Says something to the others on the line. */
  say(text: string): void {
    this.#switchboard?.sound(this, { kind: 'voice', text });
  }

  hear(heard: HeardOnLine): void {
    this.#emit(eventOf(heard));
  }

  /** A command of the carrier's API: what the call is doing ends, and this document is asked for. */
  async move({ url, method, fallbackUrl }: MovedTo): Promise<void> {
    if (this.#state.kind === 'ended' || this.#state.kind === 'idle') return;
    this.#documentsInARow = 0;
    this.#switchboard?.leave(this, 'participant_updated_via_api');
    this.#fallbackUrl = fallbackUrl;
    const queue = this.#leave();
    // Keys that come now are lost; nothing that was begun goes on.
    this.#state = { kind: 'requesting' };
    if (queue?.verb.action !== undefined) {
      this.#emit({ kind: 'left_queue', result: 'redirected' });
      const action = this.#resolve(queue.verb.action);
      // The answer is asked for and carried out by nobody, but it must be one.
      const exchange = await this.#send(
        this.#request(action, queue.verb.method, this.#queueParameters(queue, 'redirected')),
      );
      const read = readAnswer(exchange);
      if (read.kind !== 'read') this.#fault(read, action);
    }
    if (this.state !== 'ended') await this.#fetchDocument(url, method, {});
  }

  async conferenceOver(): Promise<void> {
    if (this.#state.kind === 'connected') await this.endDial('answered');
  }

  async cut(): Promise<void> {
    if (this.#state.kind === 'ended' || this.#state.kind === 'idle') return;
    await this.#end('service', 'completed', 'the service ended the call');
  }

  /** Takes the call out of the queue; the queue's action decides what comes next. */
  async leaveQueue(result: QueueResult): Promise<void> {
    assert(this.#queue, 'the call waits in a queue');
    this.#emit({ kind: 'left_queue', result });
    this.#documentsInARow = 0;
    if (result === 'hangup') return this.hangUp();
    const queue = this.#leave();
    assert(queue, 'the call waited in a queue');
    const { verb } = queue;
    if (verb.action === undefined) return this.#run(this.#position + 1);
    const parameters = this.#queueParameters(queue, result);
    await this.#fetchDocument(this.#resolve(verb.action), verb.method, parameters);
  }

  /** Ends the wait in a queue; the call is back in the document that put it there. */
  #leave(): QueueWait | undefined {
    const queue = this.#queue;
    this.#queue = undefined;
    if (queue) {
      this.#verbs = queue.document.verbs;
      this.#position = queue.document.position;
      this.#documentUrl = queue.document.url;
    }
    return queue;
  }

  /** Ends the call to the dialled party; the caller is still on the line. */
  async endDial(result: DialResult): Promise<void> {
    assert(this.#state.kind === 'connected', 'the call is connected');
    const { verb, since } = this.#state;
    this.#documentsInARow = 0;
    if (verb.action === undefined) return this.#run(this.#position + 1);
    await this.#fetchDocument(this.#resolve(verb.action), verb.method, {
      DialCallSid: newCallSid(this.#options.random),
      DialCallStatus: result,
      DialCallDuration: String(Math.round((this.#elapsed - since) / 1_000)),
    });
  }

  /** Sends the last webhook again, byte for byte, as a genuine retry; the call itself does not move. */
  async repeatLast(): Promise<Exchange> {
    return this.replay(this.exchanges.length);
  }

  /** Sends the webhook with this number (from 1) again; the call itself does not move. */
  async replay(number: number): Promise<Exchange> {
    const earlier = this.exchanges[number - 1];
    assert(earlier, `webhook ${number} was sent`);
    const again = await sendToService(this.#line, earlier.request);
    const status = answerOf(again)?.status ?? 'unreachable';
    const same = sameAnswer(earlier, again) ? 'the same answer' : 'another answer';
    this.#emit({ kind: 'note', text: `webhook #${number} sent again → ${status}, ${same}` });
    return again;
  }

  /** Sends a webhook that a test composed, signed or not; the call itself does not move. */
  async post(raw: RawPost): Promise<Exchange> {
    return sendToService(this.#line, rawRequest(raw, this.#line.publicUrl, this.#options.authToken));
  }

  /** The parameters the carrier would send now; what abuse tests start from. */
  parameters(callStatus: CarrierCallStatus = 'in-progress'): Parameters {
    return standardParameters(this.#identity(), callStatus);
  }

  /** Where the running Gather will post, as a full URL. */
  get actionUrl(): string | undefined {
    const gather = this.#asking;
    return gather && this.#resolve(gather.action);
  }

  /** Notes messages that arrived on the handset. */
  receive(messages: readonly SmsMessage[]): void {
    for (const message of messages) this.#emit({ kind: 'sms', to: message.to, body: message.body });
  }

  #identity(): CallIdentity {
    assert(this.#call, 'the phone has dialled');
    return this.#call;
  }

  #emit(event: WithoutTime<PhoneEvent>): void {
    const timed = { at: this.#elapsed, ...event } as PhoneEvent;
    this.events.push(timed);
    this.#options.onEvent?.(timed);
  }

  async #passStep(milliseconds: number, passing?: Passing): Promise<void> {
    const state = this.#state;
    await this.#options.time.pass(milliseconds, passing ?? naturalPassing(state));
    this.#elapsed += milliseconds;
    if (milliseconds > 0) this.#documentsInARow = 0;
    // A key or a hang-up may have come while the time passed: then this state is not the one to run out.
    if (this.#state !== state || !('remaining' in state)) return;
    state.remaining -= milliseconds;
    if (state.remaining <= 0) await this.#runOut(state);
  }

  async #runOut(state: Extract<State, { remaining: number }>): Promise<void> {
    if (state.kind === 'speaking') return this.#run(this.#position + 1);
    if (state.kind === 'prompting') return this.#prompt(state.run, state.nested + 1);
    await this.#finishGather(state.run, 'timeout');
  }

  /** Carries out verbs from a position until one takes time or the call leaves the document. */
  async #run(from: number): Promise<void> {
    for (let position = from; ; position++) {
      this.#position = position;
      const verb = this.#verbs[position];
      if (!verb) return this.#endOfDocument();
      if (this.#queue && !HEARD_WHILE_WAITING.has(verb.kind)) {
        this.#fault({ code: DOCUMENT_PARSE_FAILURE, reason: `${verb.kind} while queued` }, this.#documentUrl);
        this.#state = { kind: 'queued' };
        return;
      }
      switch (verb.kind) {
        case 'say':
        case 'pause':
        case 'play':
          this.#state = { kind: 'speaking', verb, remaining: this.#speak(verb) };
          return;
        case 'gather':
          return this.#prompt({ gather: verb, digits: '' }, 0);
        case 'redirect':
          return this.#fetchDocument(this.#resolve(verb.url), verb.method, {});
        case 'enqueue':
          return this.#wait(verb);
        case 'leave':
          return this.leaveQueue('leave');
        case 'dial': {
          const entered = verb.conference && (await this.#enter(verb.conference, verb));
          if (entered === 'label_used') continue;
          if (entered === 'nobody_to_coach') return this.endDial('failed');
          if (entered === 'joined') return;
          this.#state = { kind: 'connected', verb, since: this.#elapsed };
          this.#emit({ kind: 'connected', target: verb.target });
          return;
        }
        case 'hangup':
          return this.#end('service', 'completed', 'the service hung up');
        case 'reject':
          return this.#end(
            'service',
            verb.reason === 'busy' ? 'busy' : 'failed',
            'the service did not take the call',
          );
        default:
          assertNever(verb, 'verb');
      }
    }
  }

  /** Goes into a conference, with the addresses of its document; undefined where there is nowhere to meet. */
  async #enter(noun: ConferenceNoun, verb: DialVerb): Promise<Entered | undefined> {
    if (!this.#switchboard) return undefined;
    const { wait, reports } = noun.entry;
    const entry: Entry = {
      ...noun.entry,
      wait: wait && { ...wait, url: this.#resolve(wait.url) },
      reports: reports && { ...reports, url: this.#resolve(reports.url) },
    };
    this.#state = { kind: 'connected', verb, since: this.#elapsed };
    const entered = await this.#switchboard.enter(this, noun.name, entry);
    if (entered === 'joined') this.#emit({ kind: 'connected', target: verb.target });
    else {
      const reason =
        entered === 'label_used'
          ? `the label ${entry.label} is used in the conference`
          : 'the coached call is not in the conference';
      this.#fault({ code: ENTRY_ERRORS[entered], reason }, this.#documentUrl);
    }
    return entered;
  }

  /** Plays the nested content of a Gather from a position; after the last, the timer starts. */
  #prompt(run: GatherRun, nested: number): void {
    const verb = run.gather.nested[nested];
    if (verb) {
      this.#state = { kind: 'prompting', run, nested, remaining: this.#speak(verb) };
      return;
    }
    this.#state = { kind: 'collecting', run, remaining: run.gather.timeoutSeconds * 1_000 };
    this.#emit({ kind: 'listening', step: this.step, seconds: run.gather.timeoutSeconds });
  }

  /** Begins to say, play or pause; how many milliseconds it takes. */
  #speak(verb: SpokenVerb): number {
    switch (verb.kind) {
      case 'say':
        this.#switchboard?.played(this, { kind: 'words', text: verb.text });
        this.#emit({
          kind: 'said',
          text: verb.text,
          language: verb.language,
          ...(verb.voice === undefined ? {} : { voice: verb.voice }),
        });
        return spokenMilliseconds(verb.text, verb.language) * verb.loop;
      case 'pause':
        this.#switchboard?.played(this, { kind: 'silence', seconds: verb.seconds });
        this.#emit({ kind: 'paused', seconds: verb.seconds });
        return verb.seconds * 1_000;
      case 'play':
        // The length of a recording cannot be known without fetching it; none is assumed.
        this.#emit({ kind: 'played', what: verb.digits === undefined ? verb.url : `tones ${verb.digits}` });
        return 0;
      default:
        return assertNever(verb, 'spoken verb');
    }
  }

  async #finishGather(run: GatherRun, finishedOn: string): Promise<void> {
    const { gather, digits } = run;
    const timedOut = finishedOn === 'timeout';
    if (timedOut && digits === '') this.#emit({ kind: 'silence', seconds: gather.timeoutSeconds });
    else this.#emit({ kind: 'keyed', keys: digits, finishedOn: timedOut ? '' : finishedOn });
    if (digits === '' && !gather.actionOnEmptyResult) return this.#run(this.#position + 1);
    await this.#fetchDocument(this.#resolve(gather.action), gather.method, {
      Digits: digits,
      FinishedOnKey: timedOut ? '' : finishedOn,
      msg: 'Gather End',
    });
  }

  #queueParameters({ verb, since }: QueueWait, result: QueueResult): Parameters {
    return {
      QueueResult: result,
      QueueSid: queueSid(verb.queue),
      QueueTime: String(Math.round((this.#elapsed - since) / 1_000)),
    };
  }

  async #wait(verb: EnqueueVerb): Promise<void> {
    const document = { verbs: this.#verbs, position: this.#position, url: this.#documentUrl };
    this.#queue = { verb, since: this.#elapsed, document };
    this.#state = { kind: 'queued' };
    this.#emit({ kind: 'queued', queue: verb.queue });
    await this.#playWaiting(this.#queue);
  }

  /** Hold music, or whatever the wait document says and hears; it is asked for again when it has come to its end. */
  async #playWaiting({ verb, since, document }: QueueWait): Promise<void> {
    if (verb.waitUrl === undefined) return;
    await this.#fetchDocument(new URL(verb.waitUrl, document.url).href, verb.waitMethod, {
      QueueSid: queueSid(verb.queue),
      QueuePosition: '1',
      QueueTime: String(Math.round((this.#elapsed - since) / 1_000)),
      AvgQueueTime: '0',
      CurrentQueueSize: '1',
    });
  }

  async #endOfDocument(): Promise<void> {
    // A wait document that takes no time would be asked for without end: the carrier plays it once more a second later.
    if (this.#queue && this.#documentsInARow === 0) return this.#playWaiting(this.#queue);
    if (this.#queue) this.#state = { kind: 'queued' };
    else await this.#end('carrier', 'completed', 'the document ended, the carrier hung up');
  }

  async #fetchDocument(
    url: string,
    method: Method,
    parameters: Parameters,
    callStatus: CarrierCallStatus = 'in-progress',
    isFallback = false,
  ): Promise<void> {
    this.#documentsInARow += 1;
    const requesting: State = { kind: 'requesting' };
    this.#state = requesting;
    const exchange = await this.#send(this.#request(url, method, parameters, callStatus));
    if (this.#state !== requesting) return;
    const looping = this.#documentsInARow > MAXIMUM_DOCUMENTS_IN_A_ROW;
    const read = looping ? LOOP_FAULT : readAnswer(exchange);
    if (read.kind === 'read') {
      this.#status = 'in-progress';
      this.#verbs = read.verbs;
      this.#documentUrl = url;
      return this.#run(0);
    }
    this.#fault(read, url);
    if (this.#queue) {
      this.#state = { kind: 'queued' };
      return;
    }
    const { fallbackPath } = this.#options;
    const fallbackUrl =
      this.#fallbackUrl ??
      (fallbackPath === undefined ? undefined : addressAt(this.#line.publicUrl, fallbackPath));
    if (fallbackUrl === undefined || isFallback || looping)
      return this.#end('carrier', 'completed', CARRIER_APOLOGY);
    await this.#fetchDocument(
      fallbackUrl,
      'POST',
      { ErrorCode: String(read.code), ErrorUrl: url },
      callStatus,
      true,
    );
  }

  #fault(fault: Pick<AnswerFault, 'code' | 'reason'>, url: string): void {
    this.#emit({ kind: 'fault', code: fault.code, reason: fault.reason, path: new URL(url).pathname });
  }

  async #end(by: EndedBy, status: CarrierCallStatus, reason: string): Promise<void> {
    this.#queue = undefined;
    this.#state = { kind: 'ended', by };
    this.#status = status;
    this.#switchboard?.leave(this, 'participant_hung_up');
    this.#emit({ kind: 'ended', by, status, reason });
    const seconds = Math.round(this.#elapsed / 1_000);
    const url = addressAt(this.#line.publicUrl, this.#options.statusPath ?? STATUS_PATH);
    const parameters = { CallDuration: String(seconds), Duration: String(Math.ceil(seconds / 60)) };
    await this.#send(this.#request(url, 'POST', parameters, status));
  }

  #request(
    url: string,
    method: Method,
    parameters: Parameters,
    callStatus: CarrierCallStatus = 'in-progress',
  ): CarrierRequest {
    const all = { ...standardParameters(this.#identity(), callStatus), ...parameters };
    return signedRequest(method, url, all, this.#options.authToken);
  }

  async #send(request: CarrierRequest): Promise<Exchange> {
    const twice = this.duplicates === 'parallel';
    const [exchange, twin] = await Promise.all([
      sendToService(this.#line, request),
      twice ? sendToService(this.#line, request) : undefined,
    ]);
    const number = this.exchanges.push(exchange);
    this.#emitHttp(number, exchange);
    const duplicate =
      twin ?? (this.duplicates === 'after' ? await sendToService(this.#line, request) : undefined);
    if (duplicate) {
      const same = sameAnswer(exchange, duplicate);
      this.#emitHttp(number, duplicate, same ? 'sent twice, same answer' : DIFFERENT_ANSWER);
    }
    return exchange;
  }

  #emitHttp(number: number, exchange: Exchange, note?: string): void {
    const { request, outcome } = exchange;
    this.#emit({
      kind: 'http',
      number,
      method: request.method,
      path: new URL(request.url).pathname,
      step: stepOf(request.url),
      status: outcome.kind === 'answered' ? outcome.response.status : 'unreachable',
      milliseconds: Math.round(exchange.milliseconds),
      ...(note === undefined ? {} : { note }),
    });
  }

  #resolve(address: string): string {
    return new URL(address, this.#documentUrl).href;
  }
}

type WithoutTime<Event> = Event extends PhoneEvent ? Omit<Event, 'at'> : never;

/** What is heard in a conference, as it stands in a transcript. */
function eventOf(heard: HeardOnLine): WithoutTime<PhoneEvent> {
  switch (heard.kind) {
    case 'voice':
      return { kind: 'heard', from: heard.from, text: heard.text };
    case 'tone':
      return { kind: 'tone', from: heard.from };
    case 'words':
      return { kind: 'said', text: heard.text, language: heard.language };
    case 'beep':
      return { kind: 'beep' };
    case 'held':
    case 'unheld':
      return { kind: 'held', held: heard.kind === 'held' };
  }
}

function queueSid(name: string): string {
  return `QU${Buffer.from(name).toString('hex').padEnd(32, '0').slice(0, 32)}`;
}
