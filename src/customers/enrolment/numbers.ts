import type { Jurisdiction } from '../../jurisdictions/catalogue.ts';
import {
  DOCUMENT_KINDS,
  describeDocuments,
  type IdentityDocument,
  readWrittenDocument,
} from '../../jurisdictions/documents.ts';
import { lastFour, normalisePhoneNumber, renumberedPhoneNumber } from '../../jurisdictions/phone-number.ts';
import type { RowCells } from './row-cells.ts';

/** How a phone is read where neither document nor language tells: the row is refused anyway. */
export const DEFAULT_JURISDICTION: Jurisdiction = 'CN';
/** The kinds a number can tell by itself; every other has to be named in the column `document`. */
const TELLING_THEMSELVES = ['cn_id', 'cn_id15', 'vn_cccd', 'vn_cmnd'] as const;

/** Reads the document of a row; every problem is told to `cells`. */
export function readDocument(cells: RowCells, home: Jurisdiction | undefined): IdentityDocument | undefined {
  if (cells.isRounded('national_id')) return undefined;
  const stated = cells.text('document') === '' ? undefined : cells.oneOf('document', DOCUMENT_KINDS);
  if (stated === undefined && cells.text('document') !== '') return undefined;
  const reading = readWrittenDocument(cells.text('national_id'), { stated, home }, cells.now);
  if (reading.kind === 'read') return reading.document;
  if (reading.kind === 'may_be')
    return cells.report(
      'national_id',
      `can be more than one kind of document: write in the column document which (${reading.kinds.join(', ')})`,
    );
  return cells.report(
    'national_id',
    stated === undefined
      ? `is no document whose number tells its kind (${describeDocuments(TELLING_THEMSELVES)}); for others write the kind in the column document (${DOCUMENT_KINDS.filter((kind) => !TELLING_THEMSELVES.some((one) => one === kind)).join(', ')}); a spreadsheet rounds long numbers: make the column text`
      : `is not ${describeDocuments([stated])}; one that cannot be keyed on a telephone is left out, and its owner is served in person`,
  );
}

/** Reads the phone of a row in E.164; a number from before a renumbering is read as it is now, and told. */
export function readPhoneNumber(cells: RowCells, home: Jurisdiction | undefined): string | undefined {
  if (cells.isRounded('phone')) return undefined;
  const text = cells.text('phone');
  if (text === '') return undefined;
  const e164 = normalisePhoneNumber(text, home ?? DEFAULT_JURISDICTION);
  if (e164 !== undefined) return e164;
  const today = renumberedPhoneNumber(text);
  if (today === undefined)
    return cells.report(
      'phone',
      'is not a valid number: write it with its country code, such as +8613800138000',
    );
  cells.notice('former_numbers', `${cells.place}: read as the number of today, ending ${lastFour(today)}`);
  return today;
}
