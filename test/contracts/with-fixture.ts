import { test } from 'node:test';

/** Makes tests of a contract: each sets up afresh, and closes what it has set up. */
export function testWithFixture<Fixture extends { close(): Promise<void> }>(
  setUp: () => Promise<Fixture>,
): (what: string, body: (fixture: Fixture) => Promise<void>) => void {
  return (what, body) =>
    void test(what, async () => {
      const fixture = await setUp();
      try {
        await body(fixture);
      } finally {
        await fixture.close();
      }
    });
}
