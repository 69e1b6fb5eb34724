import { LANGUAGES } from '../../locales/catalogue.ts';
import type { Instant } from '../../platform/clock.ts';
import type { StaffAccount, StaffProfile } from '../../staff/account.ts';
import type { StaffChange } from '../../staff/changes.store.ts';
import { STAFF_ROLES, tierOf } from '../../staff/roles.ts';
import { flag, type Html, html } from '../html.ts';
import { LANGUAGE_NAMES, languagesSpoken } from '../layout.view.ts';
import type { Shown } from '../shown.ts';
import type { Words } from '../words/words.ts';

const STATE_TONES = { invited: 'wa-warning', active: 'wa-success', disabled: 'wa-neutral' } as const;

/** Everybody who works here. `link`: where a person's own page is, for those who may change them. */
export function peopleTable(
  words: Words,
  shown: Shown,
  people: readonly StaffAccount[],
  now: Instant,
  link: ((person: StaffAccount) => string) | undefined,
): Html {
  return html`<table class="tight"><thead><tr><th scope="col">${words('staff.name')}</th><th scope="col">${words('staff.role')}</th><th scope="col">${words('staff.number')}</th><th scope="col">${words('staff.languages')}</th><th scope="col">${words('staff.qualified')}</th><th scope="col">${words('staff.state.label')}</th></tr></thead>
<tbody>${people.map(
    (
      person,
    ) => html`<tr><td>${link ? html`<a href="${link(person)}">${person.name}</a>` : person.name} <span class="quiet s">${person.signIn}</span></td>
<td>${words(`role.${person.role}`)} ${tierChip(words, person)}</td><td>${person.number}</td><td class="wraps">${languagesSpoken(person.languages)}</td><td>${qualifiedChip(words, shown, person, now)}</td>
<td><span class="chip dot ${STATE_TONES[person.state]}">${words(`staff.state.${person.state}`)}</span></td></tr>`,
  )}</tbody></table>`;
}

function tierChip(words: Words, { role }: StaffProfile): Html | undefined {
  const tier = tierOf(role);
  return tier && html`<span class="quiet s">${words('staff.tier', { tier })}</span>`;
}

function qualifiedChip(words: Words, shown: Shown, person: StaffProfile, now: Instant): Html | string {
  const { role, qualifiedUntil } = person;
  if (tierOf(role) === undefined) return '–';
  if (qualifiedUntil === undefined)
    return html`<span class="chip wa-danger">${words('staff.notQualified')}</span>`;
  const day = shown.day(qualifiedUntil - 1);
  return now < qualifiedUntil ? day : html`<span class="chip wa-danger">${day}</span>`;
}

/** Nothing of nobody; a dash where somebody has no qualification. */
function qualifiedDay(shown: Shown, of: StaffProfile | undefined): string {
  if (of === undefined) return '';
  return of.qualifiedUntil === undefined ? '–' : shown.day(of.qualifiedUntil - 1);
}

/** What a request would make of somebody, as what is different. */
export function changeFacts(
  words: Words,
  shown: Shown,
  { profile }: Pick<StaffChange, 'profile'>,
  before: StaffProfile | undefined,
): Html {
  if (!profile) return html``;
  const facts = (of: StaffProfile | undefined): readonly (readonly [string, string])[] => [
    [words('staff.name'), of?.name ?? ''],
    [words('staff.signIn'), of?.signIn ?? ''],
    [words('staff.role'), of ? words(`role.${of.role}`) : ''],
    [words('staff.number'), of?.number ?? ''],
    [words('staff.languages'), of ? languagesSpoken(of.languages) : ''],
    [words('staff.phone'), of?.phone ?? ''],
    [words('staff.qualified'), qualifiedDay(shown, of)],
  ];
  const was = facts(before);
  const different = facts(profile).filter(([, value], at) => value !== was[at]?.[1] && value !== '');
  return html`<dl class="facts">${different.map(([name, value]) => {
    const old = was.find(([known]) => known === name)?.[1];
    return html`<dt>${name}</dt><dd>${old ? html`<s class="quiet">${old}</s> ` : undefined}${value}</dd>`;
  })}</dl>`;
}

/** What an administrator says of somebody, to be filled in. */
export function profileFields(words: Words, shown: Shown, profile: StaffProfile | undefined): Html {
  const qualified = profile?.qualifiedUntil;
  return html`<div class="fields">
<label>${words('staff.name')}<input name="name" value="${profile?.name}" maxlength="64" required></label>
<label>${words('staff.signIn')}<input name="signIn" value="${profile?.signIn}" maxlength="32" pattern="[a-z][a-z0-9.\\-]{2,31}" autocapitalize="none" spellcheck="false" required></label>
<label>${words('staff.role')}<select name="role">${STAFF_ROLES.map((role) => html`<option value="${role}" ${flag('selected', role === profile?.role)}>${words(`role.${role}`)}</option>`)}</select></label>
<label>${words('staff.number')}<input name="number" value="${profile?.number}" inputmode="numeric" pattern="[1-9][0-9]{3}" maxlength="4" required></label>
<label>${words('staff.phone')}<input name="phone" value="${profile?.phone}" maxlength="170" placeholder="${words('staff.phoneHint')}"></label>
<label>${words('staff.qualified')}<input name="qualified" type="date" title="${words('staff.qualifiedHint')}" value="${qualified === undefined ? '' : shown.isoDay(qualified - 1)}"></label>
<fieldset class="checks"><legend>${words('staff.languages')}</legend>${LANGUAGES.map(
    (language) =>
      html`<label class="check"><input type="checkbox" name="language" value="${language}" ${flag('checked', profile?.languages.includes(language) === true)}><span lang="${language}">${LANGUAGE_NAMES[language]}</span></label>`,
  )}</fieldset></div>`;
}
