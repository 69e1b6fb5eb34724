import { parseDocument } from 'yaml';
import { z } from 'zod';
import { QUEUES, type QueueName } from '../escalation/reasons.ts';
import { JURISDICTIONS, type Jurisdiction } from '../jurisdictions/catalogue.ts';
import { CURRENCIES, type Currency } from '../jurisdictions/currency.ts';
import { readDialled } from '../jurisdictions/dialled-number.ts';
import { digitFormsOf } from '../jurisdictions/phone-number.ts';
import { LANGUAGES, type Language } from '../locales/catalogue.ts';
import { COMPANY_NAME_LENGTH, isCompanyName } from '../speech/company-name.ts';

/** What is settled by the number a caller dialled. */
export interface DialledLine {
  readonly language: Language;
  /** Whose rules hold on the line; the policy's biometric lines are kept by it (V1). */
  readonly jurisdiction: Jurisdiction;
  readonly currency: Currency;
}

type Names = { readonly [language in Language]: string };

/** Who answers, on which lines, and where callers wait for a person. */
export interface Company {
  /** R4.1; also at the head of every message. */
  readonly name: Names;
  readonly department: Names;
  readonly lines: readonly (DialledLine & { readonly number: string })[];
  /** For dialled numbers that are not listed, and for test clients and other addresses. */
  readonly fallback: DialledLine;
  /** The carrier's name of each queue. */
  readonly queues: { readonly [queue in QueueName]: string };
  /** Days within which an applicant hears whether a loan is granted. */
  readonly loanDecisionDays?: number | undefined;
}

type CompanyLoaded =
  | { readonly ok: true; readonly company: Company }
  | { readonly ok: false; readonly problems: readonly string[] };

/** A department is spoken only, in the same sentence as the name. */
const DEPARTMENT_LENGTH = 60;

const lineShape = {
  language: z.enum(LANGUAGES),
  jurisdiction: z.enum(JURISDICTIONS),
  currency: z.enum(CURRENCIES),
};
const name = z
  .string()
  .trim()
  .refine(
    isCompanyName,
    `must be 1 to ${COMPANY_NAME_LENGTH} characters and nothing a phone makes a link of`,
  );
const department = z.string().trim().min(1, 'must not be empty').max(DEPARTMENT_LENGTH);
const queue = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be the carrier's name of a queue");

const companySchema = z.strictObject({
  name: z.record(z.enum(LANGUAGES), name),
  department: z.record(z.enum(LANGUAGES), department),
  lines: z
    .array(
      z.strictObject({
        number: z
          .string('must be a text, in quotation marks')
          .regex(/^\+[1-9]\d{6,14}$/, 'must be a number in E.164 form, such as +861058880001'),
        ...lineShape,
      }),
    )
    .min(1, 'must list at least one dialled number'),
  fallback: z.strictObject(lineShape),
  loanDecisionDays: z.int('must be a whole number of days').min(1).max(60).optional(),
  queues: z.record(z.enum(QUEUES), queue),
});

/** Reads the company file (YAML) and reports every problem in it at once. */
export function loadCompany(text: string): CompanyLoaded {
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    return {
      ok: false,
      problems: document.errors.map((error) => error.message.split('\n')[0] ?? 'not YAML'),
    };
  }
  const parsed = companySchema.safeParse(document.toJS());
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`);
  for (const number of repeatedNumbers(document.toJS())) {
    problems.push(`lines: ${number} is listed more than once`);
  }
  return parsed.success && problems.length === 0
    ? { ok: true, company: parsed.data }
    : { ok: false, problems };
}

/** Looked for in the raw file, so that it is reported beside problems of shape. */
function repeatedNumbers(raw: unknown): ReadonlySet<string> {
  const listed = z.object({ lines: z.array(z.object({ number: z.string() })) }).safeParse(raw);
  const numbers = listed.success ? listed.data.lines.map((line) => line.number) : [];
  return new Set(numbers.filter((number, at) => numbers.indexOf(number) !== at));
}

/** What holds on a dialled number; the fallback when it is not listed. */
export function lineFor(company: Company, dialled: string): DialledLine {
  return listedLine(company, dialled) ?? company.fallback;
}

/**
 * The listed line that was dialled, however it was written (invariant 45); undefined for none, and where digits without
 * a country could be several.
 */
export function listedLine(company: Company, dialled: string): Company['lines'][number] | undefined {
  const number = readDialled(dialled);
  const line = company.lines.find((listed) => listed.number === number);
  if (line || !/^[0-9]+$/.test(number)) return line;
  const [only, ...others] = digitForms(company).get(number) ?? [];
  return others.length === 0 ? only : undefined;
}

type LinesByDigits = ReadonlyMap<string, readonly Company['lines'][number][]>;

/** Asked for every webhook, and worked out once for each company. */
const digitFormsOfCompanies = new WeakMap<Company, LinesByDigits>();

function digitForms(company: Company): LinesByDigits {
  const known = digitFormsOfCompanies.get(company);
  if (known) return known;
  const forms = new Map<string, Company['lines'][number][]>();
  for (const line of company.lines)
    for (const digits of digitFormsOf(line.number)) forms.set(digits, [...(forms.get(digits) ?? []), line]);
  digitFormsOfCompanies.set(company, forms);
  return forms;
}
