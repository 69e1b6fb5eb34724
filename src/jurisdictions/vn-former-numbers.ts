/** Prefixes of mobile numbers with eleven digits, and of the ten-digit numbers they became in 2018. */
const PREFIXES: { readonly [former: string]: string } = {
  '0120': '070',
  '0121': '079',
  '0122': '077',
  '0123': '083',
  '0124': '084',
  '0125': '085',
  '0126': '076',
  '0127': '081',
  '0128': '078',
  '0129': '082',
  '0162': '032',
  '0163': '033',
  '0164': '034',
  '0165': '035',
  '0166': '036',
  '0167': '037',
  '0168': '038',
  '0169': '039',
  '0186': '056',
  '0188': '058',
  '0199': '059',
};
const FORMER = /^(?:(?:00|\+)?84|0)(1\d{9})$/;
const PREFIX_LENGTH = 4;

/** The national form that a Vietnamese mobile number of before 2018 has today; undefined where it is none. */
export function vietnameseNumberToday(written: string): string | undefined {
  const national = FORMER.exec(written.replace(/[\s().-]/g, ''))?.[1];
  if (national === undefined) return undefined;
  const former = `0${national}`;
  const prefix = PREFIXES[former.slice(0, PREFIX_LENGTH)];
  return prefix === undefined ? undefined : prefix + former.slice(PREFIX_LENGTH);
}
