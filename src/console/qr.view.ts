import { encodeQR } from 'qr';
import { type Html, html } from './html.ts';

/** Light modules around a code, without which cameras do not find it. */
const QUIET = 4;

/** A QR code of a text as a picture with that name: what an authenticator app reads from a screen. Throws where no code holds the text. */
export function qrPicture(text: string, name: string): Html {
  const rows = encodeQR(text, 'raw', { ecc: 'low', border: QUIET });
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return html`<svg class="qr" viewBox="0 0 ${rows.length} ${rows.length}" role="img" aria-label="${name}"><rect width="${rows.length}" height="${rows.length}" class="qr-light"/><path d="${path}" class="qr-dark"/></svg>`;
}
