export type StoredRecord = { readonly [member: string]: unknown };

/** From one format to the next, without the member `format`. Pure, and never changed once a version has shipped it. */
export interface FormatStep {
  /** The document of a published release: its texts. Calls keep naming the release by the hash it was stored under. */
  release(document: StoredRecord): StoredRecord;
  /** What a turn was decided on. */
  journal(journal: StoredRecord): StoredRecord;
  /** An audit entry, for comparison only: what is stored stays as its hash says. */
  entry(entry: StoredRecord): StoredRecord;
}
