import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** One element of a document, with entities decoded. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly elements: readonly Element[];
  readonly text: string;
}

// Entities are decoded here, not by the parser: only XML's own five and character references exist,
// so no document can define one that grows.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: '#cdata',
  commentPropName: '#comment',
});

/** Parses XML into its root elements. Answers the reason where it is not XML; adds other problems to `problems`. Pure. */
export function parseElements(
  document: string,
  problems: string[],
): { readonly roots: readonly Element[] } | { readonly refusal: string } {
  if (/<!DOCTYPE/i.test(document)) return { refusal: 'a document type declaration is not allowed' };
  const validity = XMLValidator.validate(document);
  if (validity !== true) return { refusal: `not well-formed XML: ${validity.err.msg}` };
  try {
    return { roots: toElements(parser.parse(document), problems).elements };
  } catch (error) {
    return { refusal: `not readable as XML: ${error instanceof Error ? error.message : 'unknown reason'}` };
  }
}

function toElements(
  nodes: unknown,
  problems: string[],
): { readonly elements: readonly Element[]; readonly text: string } {
  const elements: Element[] = [];
  let text = '';
  for (const node of Array.isArray(nodes) ? nodes : []) {
    const members = node as { readonly [name: string]: unknown };
    const name = Object.keys(members).find((key) => key !== ':@');
    if (name === undefined || name === '#comment' || name === '?xml') continue;
    if (name === '#text') text += decodeEntities(String(members[name]), problems);
    else if (name === '#cdata') text += rawText(members[name]);
    else if (name.startsWith('?')) problems.push(`processing instruction <${name}> is not TwiML`);
    else {
      const attributes = new Map(
        Object.entries((members[':@'] ?? {}) as { readonly [name: string]: string }).map(
          ([attribute, value]): [string, string] => [attribute, decodeEntities(value, problems)],
        ),
      );
      elements.push({ name, attributes, ...toElements(members[name], problems) });
    }
  }
  return { elements, text };
}

function rawText(nodes: unknown): string {
  const parts = Array.isArray(nodes) ? nodes : [];
  return parts.map((part) => String((part as { readonly '#text'?: unknown })['#text'] ?? '')).join('');
}

const NAMED_ENTITIES = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);
const HIGHEST_CODE_POINT = 0x10ffff;

function decodeEntities(text: string, problems: string[]): string {
  return text.replace(/&([^;&\s]*);?/g, (whole, body: string) => {
    const reference = /^#(?:x([0-9a-f]+)|(\d+))$/i.exec(body);
    const code = reference
      ? Number.parseInt(reference[1] ?? reference[2] ?? '', reference[1] ? 16 : 10)
      : undefined;
    const character =
      code === undefined
        ? NAMED_ENTITIES.get(body)
        : code <= HIGHEST_CODE_POINT
          ? String.fromCodePoint(code)
          : undefined;
    if (character !== undefined && whole.endsWith(';')) return character;
    problems.push(`unknown entity ${whole}`);
    return whole;
  });
}
