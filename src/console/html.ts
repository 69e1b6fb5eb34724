const ESCAPES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is HTML already: only `html` makes it, so that nothing else goes out unescaped. */
export class Html {
  readonly #text: string;

  /** Only for `html` and for markup that is written in this program. */
  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a page. An object or a promise is refused by the compiler; `false` and undefined are nothing. */
type HtmlValue = Html | string | number | false | undefined | readonly HtmlValue[];

function show(value: HtmlValue): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'string' || typeof value === 'number')
    return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
  return value.map(show).join('');
}

/** HTML with its values escaped. An attribute's value stands between double quotes, always. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.reduce((text, part, at) => text + show(values[at - 1]) + part));
}

/** An attribute without a value where it holds, nothing where it does not: `disabled`. */
export function flag(
  name: 'disabled' | 'checked' | 'selected' | 'required' | 'hidden' | 'autofocus',
  holds: boolean,
): Html {
  return new Html(holds ? name : '');
}

/** `aria-current` on what is shown now. */
export function current(holds: boolean, what: 'page' | 'step' | 'true' = 'page'): Html {
  return new Html(holds ? `aria-current="${what}"` : '');
}
