import type { CallerAtDesk, CallerPlace } from '../escalation/desk-door.ts';
import type { Language } from '../locales/catalogue.ts';

/** What a hand-off's documents say; pure, like the static ones. */
export const DESK_PROMPTS = {
  adviser: 'desk.adviser',
  refusal: 'desk.refusal',
  hold: 'desk.hold',
  stay: 'desk.stay',
  starred: 'desk.starred',
  staff: 'desk.staff',
} as const;

/** Documents of a hand-off: what is heard on the way into a conference, beside it and out of it. */
export interface DeskAnswers {
  /**
   * Brings a caller where the desk says. In a conference `*` leads them out, to our `left` document; so does its end; and a leg
   * whose label was used already says `not_joined` there. `**` is heard beside all words.
   */
  callerPlace(place: CallerPlace, caller: Pick<CallerAtDesk, 'handoff' | 'legNumber'>): string;
  /** What a caller on hold hears, over and over: words and pauses, since no keys are taken there. */
  onHold(language: Language): string;
  /** What a member of staff hears who is alone in a conference that has not begun. */
  staffWaits(language: Language): string;
}
