import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getCountryCallingCode, isSupportedCountry } from 'libphonenumber-js/max';
import { JURISDICTION_RULES, JURISDICTIONS } from './catalogue.ts';

for (const jurisdiction of JURISDICTIONS) {
  const rules = JURISDICTION_RULES[jurisdiction];
  test(`${jurisdiction} is a country telephone numbers are known of, under its own calling code`, () => {
    assert.ok(isSupportedCountry(jurisdiction));
    assert.equal(rules.callingCode, getCountryCallingCode(jurisdiction));
  });

  test(`${jurisdiction} has a time zone the runtime knows`, () => {
    assert.ok(Intl.supportedValuesOf('timeZone').includes(canonical(rules.timeZone)), rules.timeZone);
  });
}

/** The runtime lists some zones under an older name. */
const canonical = (timeZone: string) =>
  new Intl.DateTimeFormat('en-US', { timeZone }).resolvedOptions().timeZone;
