const FULL_WIDTH_OFFSET = 0xfee0;

/** The text with full-width forms (０-９, Ｘ, ＋ …) as their ASCII counterparts; everything else is unchanged. */
export function toAsciiForms(text: string): string {
  return text.replace(/[\uff01-\uff5e]/g, (form) =>
    String.fromCharCode(form.charCodeAt(0) - FULL_WIDTH_OFFSET),
  );
}
