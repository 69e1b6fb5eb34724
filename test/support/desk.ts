import { DEMO_STAFF, type DemoStaff } from '../../db/seeds/demo-staff.ts';
import type { StaffRole } from '../../src/staff/roles.ts';
import { totpCode } from '../../src/staff/totp.ts';
import type { World } from './world.ts';

/** Somebody of the demo's desk by role or name; fails loudly when there is none. */
export function demoStaff(who: StaffRole | { readonly signIn: string }): DemoStaff {
  const found = DEMO_STAFF.find((member) =>
    typeof who === 'string' ? member.role === who : member.signIn === who.signIn,
  );
  if (!found) throw new Error('there is no such member of staff');
  return found;
}

/** A browser without a screen: keeps cookies, sends forms as a page of the desk does. */
export class DeskClient {
  readonly #world: Pick<World, 'url' | 'clock'>;
  readonly cookies = new Map<string, string>();

  constructor(world: Pick<World, 'url' | 'clock'>) {
    this.#world = world;
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.#send(path, { headers });
  }

  /** Sends a form. `headers` say otherwise where it comes from. */
  post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = { origin: this.#world.url },
  ): Promise<Response> {
    return this.#send(path, { method: 'POST', body: new URLSearchParams(form), headers });
  }

  /** Signs in with both factors; the clock moves to the next code first, because each works once. */
  async signIn(member: DemoStaff): Promise<Response> {
    this.#world.clock.advance(30_000);
    await this.post('/sign-in', { name: member.signIn, password: member.password });
    return this.post('/sign-in/code', { code: totpCode(member.totpSecret, this.#world.clock.now()) });
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${this.#world.url}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, ...(cookie === '' ? {} : { cookie }) },
    });
    for (const set of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = set.split('; ');
      const at = pair.indexOf('=');
      if (attributes.includes('Max-Age=0')) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }
}
