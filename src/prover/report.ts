import type { Release } from '../flow/release.ts';
import { counterexampleScript } from './counterexample.ts';
import type { Proof } from './prove.ts';

/** A proof for people: every property with its rules and whether it holds, then what was searched. */
export function proofLines(proof: Proof, seconds: number): readonly string[] {
  const width = Math.max(...proof.verdicts.map(({ property }) => property.id.length));
  const lines = proof.verdicts.map(({ property, finding }) => {
    const mark = finding ? 'BROKEN' : 'holds ';
    return `${mark}  ${property.id.padEnd(width)}  ${property.rules.join(', ')}\n        ${finding ? finding.says : property.claim}`;
  });
  const broken = proof.verdicts.filter(({ finding }) => finding).length;
  const searched = `${proof.states} states and ${proof.transitions} transitions explored in ${seconds.toFixed(1)} s`;
  const cut =
    proof.cutAt === undefined
      ? ''
      : ` The search was cut at ${proof.cutAt} states: what lies beyond is not proved.`;
  return [
    ...lines,
    '',
    broken === 0
      ? `All ${proof.verdicts.length} properties hold: ${searched}.${cut}`
      : `${broken} of ${proof.verdicts.length} properties are broken: ${searched}.${cut}`,
  ];
}

/** The counterexamples of a proof as call scripts, by property. */
export function counterexamples(proof: Proof, release: Release): ReadonlyMap<string, string> {
  const scripts = new Map<string, string>();
  for (const { property, finding } of proof.verdicts) {
    const script = finding && counterexampleScript(property, finding, release);
    if (script) scripts.set(property.id, script);
  }
  return scripts;
}

/** Whether a release may be published: every property holds and nothing was left unsearched. */
export function isProved(proof: Proof): boolean {
  return proof.cutAt === undefined && proof.verdicts.every(({ finding }) => finding === undefined);
}
