import { type Html, html } from './html.ts';
import { qrCode } from './qr-code.ts';

/** Light modules around a code, without which cameras do not find it. */
const QUIET = 4;

/** A QR code of a text as a picture with that name; nothing where the text is too long for one. */
export function qrPicture(text: string, name: string): Html {
  const rows = qrCode(text);
  if (!rows) return html``;
  const size = rows.length + 2 * QUIET;
  const path = rows
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : '')))
    .join('');
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${name}"><rect width="${size}" height="${size}" class="qr-light"/><path d="${path}" class="qr-dark"/></svg>`;
}
