import { type LegLabel, labelText } from '../escalation/carrier-command.ts';
import type { OwnUrl } from './own-url.ts';

/** The paths about hand-offs that a carrier is told to ask or to report to. */
export type DeskPath =
  | '/voice/desk/join'
  | '/voice/desk/left'
  | '/voice/desk/queue'
  | '/voice/desk/hold'
  | '/voice/desk/staff'
  | '/voice/desk/events'
  | '/voice/desk/leg'
  | '/voice/keying';

/** What a URL of a hand-off says: the hand-off, the leg, the language of what is heard, and how the caller comes there. */
export type DeskQuery = Pick<OwnUrl, 'handoff' | 'leg' | 'language' | 'from'>;

/** A URL of ours about a hand-off. `publicUrl` has no slash at its end. */
export function deskUrl(publicUrl: string, path: DeskPath, query: DeskQuery = {}): string {
  return `${publicUrl}${path}${deskQuery(query)}`;
}

/** The query of such a URL as we write it; anything else that stood in it is dropped. */
export function deskQuery({ handoff, leg, language, from }: DeskQuery): string {
  const said = [
    ...(handoff === undefined ? [] : [`h=${encodeURIComponent(handoff)}`]),
    ...(leg === undefined ? [] : [`p=${labelText(leg)}`]),
    ...(language === undefined ? [] : [`l=${language}`]),
    ...(from === undefined ? [] : [`from=${from}`]),
  ];
  return said.length > 0 ? `?${said.join('&')}` : '';
}

/** The label of a caller's leg. */
export function callerLabel(number: number): LegLabel {
  return { role: 'caller', number };
}
