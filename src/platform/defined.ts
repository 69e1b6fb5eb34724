/** The members of an object that have a value, each with its own type; the others may be missing. */
type Defined<Members> = {
  [Name in keyof Members as undefined extends Members[Name] ? never : Name]: Members[Name];
} & {
  [Name in keyof Members as undefined extends Members[Name] ? Name : never]?: Exclude<
    Members[Name],
    undefined
  >;
};

/** The object without the members that are undefined: an optional member is left out, never set to undefined. */
export function defined<const Members extends object>(members: Members): Defined<Members> {
  // A loop: it is asked for several times in each decision.
  const kept: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(members)) if (value !== undefined) kept[name] = value;
  return kept as Defined<Members>;
}
