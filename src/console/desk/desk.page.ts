import { isNewestPage, putPage } from '../../desk/desk-pages.store.ts';
import { ownMark } from '../../desk/desk-stand.ts';
import { randomToken } from '../../platform/random.ts';
import { touchSession } from '../../staff/sessions.store.ts';
import { type Html, html } from '../html.ts';
import { saysOnly } from '../layout.view.ts';
import type { DeskPage, PageAnswer, PageContext } from '../page.ts';
import { workChips } from '../shift/work-chips.view.ts';
import { doClick } from './clicks.service.ts';
import { asUpdate, drawDesk } from './drawing.service.ts';
import { liveFrame } from './frame.view.ts';
import { LiveSource } from './live-source.service.ts';

const PATH = '/desk';

/** `/desk`: where calls are offered, taken and worked on. */
export const deskPage: DeskPage = {
  path: PATH,
  permission: 'desk.open',
  title: 'desk.title',
  inNavigation: true,
  render,
  chips: async (context) => workChips(context) ?? html``,
  routes: [
    { method: 'get', path: `${PATH}/live`, isQuiet: true, handle: live },
    { method: 'post', path: `${PATH}/here`, isQuiet: true, handle: here },
    { method: 'post', path: `${PATH}/do`, handle: click },
    { method: 'post', path: `${PATH}/notes`, handle: notes },
  ],
};

async function render(context: PageContext): Promise<Html> {
  const { words, parts, member, now } = context;
  const { desk, knex, random } = parts;
  const title = words('desk.title');
  if (!desk) return saysOnly(title, words('desk.elsewhere'));
  const page = randomToken(random);
  // The newest page rings; the others say that there is a newer one.
  await putPage(knex, member.id, page, now);
  desk.pulse.wake();
  const drawn = await drawDesk(desk, context, await desk.pulse.look([member.id]));
  return liveFrame(context, { title, stream: `${PATH}/live`, page }, drawn);
}

/** The stream of a page: drawn anew whenever something of it has changed, until there is a newer page or no session. */
async function live(context: PageContext): Promise<PageAnswer> {
  const { parts, query } = context;
  const { desk, streams } = parts;
  const page = query.get('page') ?? '';
  if (!desk)
    return { kind: 'page', main: saysOnly(context.words('desk.title'), context.words('desk.elsewhere')) };
  const { id } = context.member;
  const source = new LiveSource(context, {
    ...{ pulse: desk.pulse, permission: 'desk.open' },
    mark: (stand) => `${ownMark(stand, id)} ${stand.pages.get(id)}`,
    stamp: ({ member }) => desk.views.stamp(member),
    draw: async (now, stand) =>
      stand.pages.get(id) === page ? asUpdate(await drawDesk(desk, now, stand)) : 'moved',
  });
  return { kind: 'raw', send: (response) => streams.open(response, source) };
}

/** An open page says that it hears its stream: that, and nothing else, is somebody being at the desk. */
async function here(context: PageContext, form: URLSearchParams): Promise<PageAnswer> {
  const { parts, member, session, workload, now } = context;
  const { desk, knex } = parts;
  const page = form.get('page');
  if (page === null) return json({}, 400);
  const isNewest = await isNewestPage(knex, member.id, page);
  if (desk && isNewest) {
    await desk.shift.seen(member.id);
    const { presence, call } = await desk.views.standing(member);
    // Who has worked too long is offered no more until they have rested (R26).
    if (workload?.noOffers !== undefined && presence?.state === 'ready') {
      await desk.shift.pause(member);
      desk.pulse.wake();
    }
    // A talk keeps a session, and so does somebody who moves: an empty chair does not.
    if (call || form.get('active') === '1') await touchSession(knex, session.id, now);
  }
  return { kind: 'raw', send: (response) => void response.status(isNewest ? 204 : 409).end() };
}

async function click(context: PageContext, form: URLSearchParams): Promise<PageAnswer> {
  const { parts, words, now } = context;
  const refused = parts.desk ? await doClick(parts.desk, context, form) : 'desk.refused.not_now';
  const said = refused && html`<div class="note wa-warning" data-at="${now}">${words(refused)}</div>`;
  return { kind: 'fragment', html: html`${said}` };
}

/** Saves notes; answers the version they have now, or what stands there instead, so that nothing written is lost. */
async function notes(
  { parts, member, words, shown, now }: PageContext,
  form: URLSearchParams,
): Promise<PageAnswer> {
  const { desk } = parts;
  const handoff = form.get('handoff') ?? '';
  const asked = { body: form.get('notes') ?? '', version: Number(form.get('version')) };
  const saved = await desk?.work.saveNotes(member, handoff, asked);
  if (saved?.kind === 'done')
    return json({ version: saved.version, said: words('desk.notes.savedAt', { time: shown.time(now) }) });
  const reason = saved?.reason ?? 'not_now';
  const others = reason === 'notes_changed' ? (await desk?.views.of(member))?.call?.notes : undefined;
  return json({ said: words(`desk.refused.${reason}`), ...(others && { others }) }, others ? 409 : 400);
}

function json(body: object, status = 200): PageAnswer {
  return {
    kind: 'raw',
    send: (response) => void response.status(status).set('Cache-Control', 'no-store').json(body),
  };
}
