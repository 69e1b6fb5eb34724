import type { Method } from './twiml.ts';
import type { Element } from './twiml-elements.ts';

/** Reads one element's attributes, noting every problem with the element's name in front. */
export class ElementReader {
  readonly #element: Element;
  readonly #problems: string[];
  constructor(element: Element, problems: string[]) {
    this.#element = element;
    this.#problems = problems;
  }

  problem(what: string): void {
    this.#problems.push(`<${this.#element.name}>: ${what}`);
  }
  allow(names: readonly string[]): void {
    for (const name of this.#element.attributes.keys())
      if (!names.includes(name)) this.problem(`unknown attribute ${name}`);
  }
  refuseText(): void {
    if (this.#element.text.trim() !== '') this.problem('text between the verbs');
  }
  refuseElements(): void {
    for (const inner of this.#element.elements) this.problem(`<${inner.name}> is not allowed inside`);
  }
  text(): string {
    return this.#element.text.trim();
  }
  optional(name: string): string | undefined {
    return this.#element.attributes.get(name);
  }
  required(name: string): string {
    const value = this.#element.attributes.get(name);
    if (!value) this.problem(`needs ${name}`);
    return value ?? '';
  }
  address(address: string): void {
    if (!URL.canParse(address, 'https://service.invalid/')) this.problem(`not an address: "${address}"`);
  }
  integer(name: string, least: number): number | undefined {
    const value = this.#element.attributes.get(name);
    if (value === undefined) return undefined;
    if (/^\d{1,6}$/.test(value) && Number(value) >= least) return Number(value);
    this.problem(`${name} must be a whole number of at least ${least}, not "${value}"`);
    return undefined;
  }
  flag(name: string): boolean {
    const value = this.#element.attributes.get(name) ?? 'false';
    if (value !== 'true' && value !== 'false') this.problem(`${name} must be true or false, not "${value}"`);
    return value === 'true';
  }
  method(name: string): Method {
    const value = this.#element.attributes.get(name) ?? 'POST';
    if (value === 'GET' || value === 'POST') return value;
    this.problem(`${name} must be GET or POST, not "${value}"`);
    return 'POST';
  }
}
