import type { ShiftAnswer, ShiftStep } from '../../staff/shift.service.ts';
import type { NoOffers } from '../../staff/workload.ts';
import type { WordList } from './word-lists.ts';

const STATES = {
  'shift.state.off': [],
  'shift.state.on_break': [],
  'shift.state.break_overdue': [],
  'shift.state.shift_over': [],
} as const satisfies { readonly [key in `shift.state.${NoOffers}`]: readonly string[] };

const STEPS = {
  'shift.step.begin': [],
  'shift.step.break': [],
  'shift.step.resume': [],
  'shift.step.end': [],
} as const satisfies { readonly [key in `shift.step.${ShiftStep}`]: readonly string[] };

type ShiftRefusal = Extract<ShiftAnswer, { kind: 'refused' }>['reason'];
const REFUSALS = {
  'shift.refused.not_allowed': [],
  'shift.refused.resting': [],
  'shift.refused.out_of_order': [],
} as const satisfies { readonly [key in `shift.refused.${ShiftRefusal}`]: readonly string[] };

/** Somebody's own shift. */
export const SHIFT_WORDS = {
  'shift.title': [],
  'shift.state.onDuty': [],
  'shift.breakIn': ['minutes'],
  'shift.breakDue': [],
  'shift.now': [],
  'shift.since': [],
  'shift.worked': [],
  'shift.breakAt': [],
  'shift.offersEnd': [],
  'shift.ends': [],
  'shift.mayStart': [],
  'shift.rules': [],
  'shift.ruleBreak': ['minutes', 'rest'],
  'shift.ruleOffers': ['minutes'],
  'shift.ruleHard': ['minutes'],
  'shift.ruleShift': ['hours', 'rest'],
  'shift.qualification': [],
  'shift.qualifiedUntil': ['day'],
  'shift.qualificationSoon': ['day'],
  'shift.qualificationEnded': [],
  'shift.explain.off': [],
  'shift.explain.on_break': [],
  'shift.explain.break_overdue': [],
  'shift.explain.shift_over': [],
  'shift.explain.onDuty': [],
  ...STATES,
  ...STEPS,
  ...REFUSALS,
} as const satisfies WordList;
