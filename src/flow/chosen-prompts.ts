import { z } from 'zod';
import { ACTIONS } from '../actions/catalogue.ts';
import { PIN_KINDS } from '../actions/requirement.ts';
import { CURRENCIES } from '../jurisdictions/currency.ts';

/** The name of a prompt in a flow. */
export const promptKey = z
  .string()
  .regex(/^[a-z][A-Za-z0-9_]*(\.[a-z][A-Za-z0-9_]*)+$/, 'a prompt key such as menu.main');

/** False: no key is heard. `freeze`: only `**` is, and no other key cuts it short. */
export const bargeIn = z.union([z.literal(false), z.literal('freeze')]).optional();
/** One of several prompts, by what the call is about. */
export const chosenPrompt = z.union([
  z.strictObject({ byPin: z.record(z.enum(PIN_KINDS), promptKey), bargeIn }),
  z.strictObject({ byCurrency: z.record(z.enum(CURRENCIES), promptKey), bargeIn }),
  z.strictObject({ byIntent: z.partialRecord(z.enum(ACTIONS), promptKey), bargeIn }),
  z.strictObject({
    /** Whether the call shows a number that `#` alone can stand for. */
    byOwnLine: z.strictObject({ yes: promptKey, no: promptKey }),
    bargeIn,
  }),
  z.strictObject({
    /** Whether something is due on the loan that was chosen, and was due before today. */
    byDue: z.strictObject({ due: promptKey, overdue: promptKey, nothing: promptKey }),
    bargeIn,
  }),
  z.strictObject({
    /** Whether the caller comes back to the person who had them key something. */
    byDesk: z.strictObject({ back: promptKey, no: promptKey }),
    bargeIn,
  }),
  z.strictObject({
    byReceipt: z.strictObject({ yes: promptKey, no: promptKey }),
    told: z.literal(true).optional(), // only a receipt told with a result, not one of an enquiry
    bargeIn,
  }),
]);
