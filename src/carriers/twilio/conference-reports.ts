/** What Twilio is asked to report of a conference. Only what its first participant asks for counts, so that all ask alike. */
export const CONFERENCE_EVENTS = ['start', 'end', 'join', 'leave', 'mute', 'hold', 'modify'] as const;

/** Added to a URL: how often a report is sent again that we could not take, and after what (docs/carrier-twilio.md). */
export const REPORTED_AGAIN = '#rc=3&rp=ct,rt,5xx';
