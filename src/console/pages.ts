import { personPage } from './administration/person.page.ts';
import { proposalsPage } from './administration/proposals.page.ts';
import { staffPage } from './administration/staff.page.ts';
import { boardPage } from './board/board.page.ts';
import { callsPage } from './calls/calls.page.ts';
import { deskPage } from './desk/desk.page.ts';
import { sessionsPage } from './own/sessions.page.ts';
import type { DeskPage } from './page.ts';
import { shiftPage } from './shift/shift.page.ts';

/** Every page of the desk, in the order of the navigation. A new page is a file and a line here (docs/desk.md). */
export const DESK_PAGES: readonly DeskPage[] = [
  deskPage,
  boardPage,
  callsPage,
  shiftPage,
  staffPage,
  personPage,
  proposalsPage,
  sessionsPage,
];
