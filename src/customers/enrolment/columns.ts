import { FACTS } from './facts.ts';

/** What an enrolment file may say of a column. */
interface ColumnRules {
  /** The header has to name it; its cells may be empty where a line of `about` says so. */
  readonly required: boolean;
  /** What stands in it, for help and documents. */
  readonly about: string;
  /** Its cells are numbers or dates: characters that nobody sees and a spreadsheet's marks for text mean nothing in them. */
  readonly numeric: boolean;
}

const COLUMNS = {
  name: { required: true, about: 'the full name', numeric: false },
  family_name: {
    required: true,
    about: 'the part of it used with Mr or Ms; may be empty for one-name people',
    numeric: false,
  },
  title: { required: true, about: 'mr, ms or none', numeric: false },
  locale: { required: true, about: 'zh-CN, vi-VN or en-US', numeric: false },
  phone: { required: true, about: 'the registered mobile number; may be empty', numeric: true },
  national_id: { required: true, about: 'the number of the document, as printed', numeric: true },
  document: {
    required: false,
    about: 'the kind of document, where its number does not tell it',
    numeric: false,
  },
  jurisdiction: {
    required: false,
    about: 'whose rules hold (CN, VN), where neither document nor phone tells it',
    numeric: false,
  },
  query_pin: { required: false, about: 'a first query PIN', numeric: true },
  transaction_pin: { required: false, about: 'a first transaction PIN', numeric: true },
  phone_since: {
    required: false,
    about: 'the day the phone was registered (YYYY-MM-DD); today when empty',
    numeric: true,
  },
  sim_changed_at: {
    required: false,
    about:
      'the day its SIM was last changed, as the operator says; `hotline sim-dates` keeps it up to date (Z5)',
    numeric: true,
  },
} as const satisfies Readonly<Record<string, ColumnRules>>;

/** Every column of an enrolment file; a plain fact about a customer is added in facts.ts, by one line. */
const ALL_COLUMNS = { ...COLUMNS, ...FACTS };
export type EnrolmentColumn = keyof typeof ALL_COLUMNS;
export const COLUMN_RULES: Readonly<Record<EnrolmentColumn, ColumnRules>> = ALL_COLUMNS;
export const ENROLMENT_COLUMNS = Object.keys(ALL_COLUMNS) as readonly EnrolmentColumn[];
