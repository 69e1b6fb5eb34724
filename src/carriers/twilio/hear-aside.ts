import type VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { ASIDE_SECONDS, HOLD_SECONDS } from '../static-answers.ts';

/** `**` and no more. */
const FREEZE_KEYS = 2;

/** Hears keys beside words that lead on by themselves; any number of keys, because `**` may come after others. */
export function hearAside(response: VoiceResponse, action: string): ReturnType<VoiceResponse['gather']> {
  return response.gather({
    input: ['dtmf'],
    method: 'POST',
    action,
    finishOnKey: '',
    timeout: ASIDE_SECONDS,
  });
}

/** Asks for `**` alone. `comesBack`: silence is asked about too; else the document goes on. */
export function hearFreeze(
  response: VoiceResponse,
  action: string,
  comesBack: boolean,
): ReturnType<VoiceResponse['gather']> {
  return response.gather({
    input: ['dtmf'],
    method: 'POST',
    action,
    numDigits: FREEZE_KEYS,
    finishOnKey: '',
    timeout: HOLD_SECONDS,
    ...(comesBack ? { actionOnEmptyResult: true } : {}),
  });
}
