import { boardMark, type DeskStand, queueStands } from '../../desk/desk-stand.ts';
import { alarmsOf } from '../../fraud/alarms.store.ts';
import { DAY } from '../../platform/clock.ts';
import { asUpdate } from '../desk/drawing.service.ts';
import { liveFrame } from '../desk/frame.view.ts';
import type { StreamOver, StreamSource } from '../desk/streams.service.ts';
import { type Html, html } from '../html.ts';
import { saysOnly } from '../layout.view.ts';
import type { DeskAtWork, DeskPage, PageAnswer, PageContext } from '../page.ts';
import { workChips } from '../shift/work-chips.view.ts';
import { boardView } from './board.view.ts';

const PATH = '/desk/board';

/** `/desk/board`: who waits, who is at the desk and what is wrong, for supervisors. */
export const boardPage: DeskPage = {
  path: PATH,
  permission: 'board.see',
  title: 'board.title',
  inNavigation: true,
  render,
  routes: [{ method: 'get', path: `${PATH}/live`, isQuiet: true, handle: live }],
};

async function render(context: PageContext): Promise<Html> {
  const { words, parts } = context;
  const title = words('board.title');
  if (!parts.desk) return saysOnly(title, words('desk.elsewhere'));
  const main = await drawBoard(context, await parts.desk.pulse.look());
  return liveFrame(context, { title, stream: `${PATH}/live`, page: '' }, { main, offer: html`` });
}

async function live(context: PageContext): Promise<PageAnswer> {
  const { desk, streams } = context.parts;
  if (!desk) return { kind: 'page', main: html``, status: 404 };
  const source = new BoardSource(desk, context);
  return { kind: 'raw', send: (response) => streams.open(response, source) };
}

/** The board as one supervisor sees it. */
class BoardSource implements StreamSource {
  readonly #desk: DeskAtWork;
  readonly #context: PageContext;
  #stand: DeskStand | undefined;
  #mark = '';

  constructor(desk: DeskAtWork, context: PageContext) {
    this.#desk = desk;
    this.#context = context;
  }

  watch(changed: () => void): () => void {
    return this.#desk.pulse.watch((stand) => {
      this.#stand = stand;
      const mark = boardMark(stand);
      if (mark === this.#mark) return;
      this.#mark = mark;
      changed();
    });
  }

  async draw(): Promise<Html | StreamOver> {
    const context = await this.#context.again();
    if (!context || context.may('board.see').kind === 'refused') return 'ended';
    const main = await drawBoard(context, this.#stand ?? (await this.#desk.pulse.look()));
    return asUpdate({ chips: workChips(context) ?? html``, main, offer: html`` });
  }

  async over(): Promise<StreamOver | undefined> {
    return (await this.#context.again()) ? undefined : 'ended';
  }

  failed(error: unknown): void {
    this.#context.parts.failed(error);
  }
}

async function drawBoard(context: PageContext, stand: DeskStand): Promise<Html> {
  const { parts, now } = context;
  const alarms = await alarmsOf(parts.knex, 'spraying');
  const mayListen = context.may('call.listen').kind === 'allowed';
  return boardView(context, {
    ...{ stand, queues: queueStands(stand), mayListen },
    alarms: alarms.filter(({ seenAt }) => now - seenAt < DAY),
  });
}
