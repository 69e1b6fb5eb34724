/** The GSM 03.38 alphabet; a text of these characters alone is sent with seven bits each. */
const GSM_BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** These take an escape as well. */
const GSM_EXTENDED = '^{}\\[~]|€\f';

/** How many SMS a text is sent as: 160, then 153 each in GSM-7; 70, then 67 UTF-16 units each otherwise. Pure. */
export function countSegments(text: string): number {
  let septets = 0;
  for (const character of text) {
    if (GSM_BASIC.includes(character)) septets += 1;
    else if (GSM_EXTENDED.includes(character)) septets += 2;
    else return text.length <= 70 ? 1 : Math.ceil(text.length / 67);
  }
  return septets <= 160 ? 1 : Math.ceil(septets / 153);
}
