import { isPersonName } from '../ledger/entry.ts';

/** Why a release may not be put in force by these people (S3). */
export type PeopleRefusal = 'proposer_missing' | 'approver_missing' | 'same_person' | 'name_unfit';

export interface People {
  readonly proposedBy: string | undefined;
  readonly approvedBy: string | undefined;
}

/** `demo`: one person plays everybody. */
export type PublishingMode = 'production' | 'demo';

/** What makes a name: letters, digits and the marks on them. Case, width, spaces and punctuation do not. */
const NOT_OF_A_NAME = /[^\p{Letter}\p{Mark}\p{Number}]/gu;

/** A name as it is compared; empty where nobody is named. */
export function comparableName(name: string): string {
  // Upper case first: it takes apart what lower case leaves joined, such as ß.
  const folded = name.normalize('NFKC').toUpperCase().toLowerCase();
  return folded.normalize('NFKC').replace(NOT_OF_A_NAME, '').normalize('NFKC');
}

/** Who proposes does not approve (S3, duties separated); undefined when these people may. Once there are accounts, two of them approve (staff/proposals.ts). */
export function refusePeople(people: People, mode: PublishingMode): PeopleRefusal | undefined {
  const proposer = comparableName(people.proposedBy ?? '');
  const approver = comparableName(people.approvedBy ?? '');
  if (proposer === '') return 'proposer_missing';
  if (mode === 'production') {
    if (approver === '') return 'approver_missing';
    if (proposer === approver) return 'same_person';
  }
  const names = [people.proposedBy, people.approvedBy].map((name = '') => name.trim());
  return names.every((name) => name === '' || isPersonName(name)) ? undefined : 'name_unfit';
}
