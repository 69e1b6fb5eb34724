import type { DeskPulse } from '../../desk/desk-pulse.service.ts';
import type { DeskStand } from '../../desk/desk-stand.ts';
import type { StaffAction } from '../../staff/permissions.ts';
import type { Html } from '../html.ts';
import type { PageContext } from '../page.ts';
import type { StreamOver, StreamSource } from './streams.service.ts';

/** What one kind of live page shows. */
interface LivePage {
  readonly pulse: DeskPulse;
  readonly permission: StaffAction;
  /** What the page depends on: it is drawn anew when this differs. */
  mark(stand: DeskStand): string;
  draw(context: PageContext, stand: DeskStand): Promise<Html | StreamOver>;
  /** What it depends on besides, looked at with each beat: a call that the line itself has changed. */
  stamp?(context: PageContext): Promise<string>;
}

/** A live page of one person: at each drawing the session and what they may see are asked anew. */
export class LiveSource implements StreamSource {
  readonly #context: PageContext;
  readonly #page: LivePage;
  #stand: DeskStand | undefined;
  #mark = '';
  #stamp: string | undefined;
  #changed: () => void = () => {};

  constructor(context: PageContext, page: LivePage) {
    this.#context = context;
    this.#page = page;
  }

  watch(changed: () => void): () => void {
    this.#changed = changed;
    return this.#page.pulse.watch(this.#context.member.id, (stand) => {
      this.#stand = stand;
      const mark = this.#page.mark(stand);
      if (mark === this.#mark) return;
      this.#mark = mark;
      changed();
    });
  }

  async draw(): Promise<Html | StreamOver> {
    const context = await this.#allowed();
    if (!context) return 'ended';
    return this.#page.draw(context, this.#stand ?? (await this.#page.pulse.look([context.member.id])));
  }

  async over(): Promise<StreamOver | undefined> {
    const context = await this.#allowed();
    if (!context) return 'ended';
    const stamp = await this.#page.stamp?.(context);
    if (this.#stamp !== undefined && stamp !== this.#stamp) this.#changed();
    this.#stamp = stamp;
    return undefined;
  }

  failed(error: unknown): void {
    this.#context.parts.failed(error);
  }

  async #allowed(): Promise<PageContext | undefined> {
    const context = await this.#context.again();
    return context?.may(this.#page.permission).kind === 'allowed' ? context : undefined;
  }
}
