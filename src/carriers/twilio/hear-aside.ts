import type VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { ASIDE_SECONDS } from '../static-answers.ts';

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
