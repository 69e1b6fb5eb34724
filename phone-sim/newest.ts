/** What a simulated carrier remembers of anything: a demo runs for days, and a test never makes so many. */
const MOST_REMEMBERED = 10_000;

/** Adds to a list and forgets what is oldest beyond what is remembered. */
export function addNewest<Item>(list: Item[], item: Item): void {
  list.push(item);
  if (list.length > MOST_REMEMBERED) list.splice(0, list.length - MOST_REMEMBERED);
}
