import { boardMark, type DeskStand, queueStands } from '../../desk/desk-stand.ts';
import { isHere } from '../../escalation/desk-presence.store.ts';
import { alarmsOf } from '../../fraud/alarms.store.ts';
import { DAY } from '../../platform/clock.ts';
import { asUpdate } from '../desk/drawing.service.ts';
import { liveFrame } from '../desk/frame.view.ts';
import { LiveSource } from '../desk/live-source.service.ts';
import { type Html, html } from '../html.ts';
import { saysOnly } from '../layout.view.ts';
import type { DeskPage, PageAnswer, PageContext } from '../page.ts';
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
  const main = await drawBoard(context, await parts.desk.pulse.look([]));
  return liveFrame(context, { title, stream: `${PATH}/live`, page: '' }, { main, offer: html`` });
}

async function live(context: PageContext): Promise<PageAnswer> {
  const { desk, streams } = context.parts;
  if (!desk)
    return { kind: 'page', main: saysOnly(context.words('board.title'), context.words('desk.elsewhere')) };
  const source = new LiveSource(context, {
    ...{ pulse: desk.pulse, permission: 'board.see', mark: boardMark },
    draw: async (now, stand) =>
      asUpdate({ chips: workChips(now) ?? html``, main: await drawBoard(now, stand), offer: html`` }),
  });
  return { kind: 'raw', send: (response) => streams.open(response, source) };
}

async function drawBoard(context: PageContext, stand: DeskStand): Promise<Html> {
  const { parts, now } = context;
  const alarms = await alarmsOf(parts.knex, 'spraying');
  const here = new Set(stand.presences.filter((one) => isHere(one, now)).map(({ staffId }) => staffId));
  const mayListen = context.may('call.listen').kind === 'allowed';
  return boardView(context, {
    ...{ stand, queues: queueStands(stand), mayListen, here },
    alarms: alarms.filter(({ seenAt }) => now - seenAt < DAY),
  });
}
