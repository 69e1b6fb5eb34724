import { digits, money } from '../actions/action.ts';
import { overdueSince } from '../actions/enquiry.ts';
import type { OrderLabels } from '../actions/option.ts';
import type { PublicFacts } from '../customers/customer.ts';
import type { Language } from '../locales/catalogue.ts';
import { documentNames } from '../locales/document-names.ts';
import type { SpokenValue } from '../locales/spoken-value.ts';
import { HOUR, SECOND } from '../platform/clock.ts';
import { assert } from '../platform/fault.ts';
import type { Speech } from '../speech/reply.ts';
import type { FlowContext } from './context.ts';
import type { Release } from './release.ts';

type Known = { readonly customer?: PublicFacts };

/** Every value a prompt may ask for by name, from what the call and the company know. Undefined: not known now. */
function valueNamed(
  name: string,
  flow: FlowContext,
  facts: Known,
  release: Release,
  language: Language,
): SpokenValue | undefined {
  const text = (value: string | undefined): SpokenValue | undefined =>
    value === undefined ? undefined : { kind: 'text', text: value };
  const inDigits = (value: string | undefined): SpokenValue | undefined =>
    value === undefined ? undefined : digits(value);
  const { order, labels } = flow;
  switch (name) {
    case 'formOfAddress':
      return text(facts.customer?.addressed[language]);
    case 'idLastFour':
      return inDigits(facts.customer?.idLastFour);
    case 'phoneLastFour':
      return inDigits(facts.customer?.phoneLastFour);
    case 'hint':
      return inDigits(flow.code?.hint);
    case 'amount':
      return order?.amountMinor === undefined || order.currency === undefined
        ? undefined
        : money(order.amountMinor, order.currency);
    case 'payee':
      return labels.payee && { kind: 'text', text: labels.payee.name, otherwise: labels.payee.lastFour };
    case 'payeeLastFour':
      return inDigits(labels.payee?.lastFour);
    case 'accountLastFour':
      return inDigits(labels.account?.lastFour);
    case 'contactNumber':
      return labels.contactNumber === undefined ? undefined : { kind: 'phone', e164: labels.contactNumber };
    case 'frozenSince':
      return flow.frozen && { kind: 'moment', ...flow.frozen.since };
    case 'askedAt':
      return flow.freezeAsked && { kind: 'moment', ...flow.freezeAsked };
    case 'receipt':
      return inDigits(flow.receipt);
    default:
      return (labels.loan && valueOfLoan(name, labels.loan)) ?? valueOfRelease(name, release, language);
  }
}

/** Every value of the chosen loan that a prompt may ask for by name. */
function valueOfLoan(name: string, loan: NonNullable<OrderLabels['loan']>): SpokenValue | undefined {
  const { lastFour, outstandingMinor, dueMinor, dueOn, currency } = loan;
  switch (name) {
    case 'loanLastFour':
      return digits(lastFour);
    case 'outstanding':
      return money(outstandingMinor, currency);
    case 'due':
      return money(dueMinor, currency);
    case 'dueOn':
      return { kind: 'date', date: dueOn };
    case 'overdueSince':
      return overdueSince(loan);
    default:
      return undefined;
  }
}

/** A value that is the same for every call of a release; undefined where the name is none of these. */
function valueOfRelease(name: string, release: Release, language: Language): SpokenValue | undefined {
  const { company, policy } = release;
  const text = (value: string): SpokenValue => ({ kind: 'text', text: value });
  const count = (value: number): SpokenValue => ({ kind: 'count', count: value });
  switch (name) {
    case 'company':
      return text(company.name[language]);
    case 'department':
      return text(company.department[language]);
    case 'documents':
      return text(documentNames(policy.identification.documents, language));
    case 'hotline':
      return lineToHear(release, language);
    case 'decisionDays':
      return company.loanDecisionDays === undefined ? undefined : count(company.loanDecisionDays);
    case 'coolingOffHours':
      return count(Math.ceil((policy.coolingOff.seconds * SECOND) / HOUR));
    default:
      return undefined;
  }
}

/** The number of the line to call in a language. */
function lineToHear({ company: { lines } }: Release, language: Language): SpokenValue | undefined {
  const line = lines.find((one) => one.language === language) ?? lines[0];
  return line && { kind: 'phone', e164: line.number };
}

/** Gives a speech the values its prompt asks for; one that is not known is a bug, never an empty place in a sentence. */
export function speak(speech: Speech, flow: FlowContext, facts: Known, release: Release): Speech {
  const language = speech.language ?? flow.language;
  // Words that an older release says instead may speak more of what is told than the prompt itself.
  const values: Record<string, SpokenValue> = { ...speech.values };
  for (const name of release.prompts.variables(speech.prompt)) {
    const value = speech.values?.[name] ?? valueNamed(name, flow, facts, release, language);
    assert(value !== undefined, `the prompt ${speech.prompt} has its value ${name}`);
    values[name] = value;
  }
  return Object.keys(values).length > 0 ? { ...speech, values } : speech;
}
