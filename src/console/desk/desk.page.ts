import { html } from '../html.ts';
import type { DeskPage } from '../page.ts';

/** `/desk`: where calls are offered, taken and worked on. */
export const deskPage: DeskPage = {
  path: '/desk',
  permission: 'desk.open',
  title: 'desk.title',
  inNavigation: true,
  render: async ({ words }) => html`<h1 class="sr">${words('desk.title')}</h1>`,
};
