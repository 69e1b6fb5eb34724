import type { Release, Releases } from '../flow/release.ts';
import type { Carrier, CarrierRenderer, RendererSettings } from './carrier.ts';
import type { StaticAnswers } from './static-answers.ts';

/** Answers the renderer of a release, made once. Throws where one of its static prompts is missing. */
export type RendererFor = (release: Release) => CarrierRenderer;

/** The renderers of one carrier, kept as long as their releases. */
export function renderersOf(carrier: Carrier, settings: Omit<RendererSettings, 'prompts'>): RendererFor {
  const renderers = new WeakMap<Release, CarrierRenderer>();
  return (release) => {
    const renderer =
      renderers.get(release) ?? carrier.createRenderer({ ...settings, prompts: release.prompts });
    renderers.set(release, renderer);
    return renderer;
  };
}

/** The static answers of the newest known release; asks no store. */
export function latestAnswers(releases: Releases, rendererFor: RendererFor): StaticAnswers {
  const latest = () => rendererFor(releases.latest());
  return {
    outageAnswer: (language, freezeWanted) => latest().outageAnswer(language, freezeWanted),
    keepAliveAnswer: (language, freezeWanted) => latest().keepAliveAnswer(language, freezeWanted),
    waitAnswer: (language, words, url, told) => latest().waitAnswer(language, words, url, told),
    leaveAnswer: () => latest().leaveAnswer(),
    freezeQueuedAnswer: (language) => latest().freezeQueuedAnswer(language),
    holdAnswer: (language, path, held) => latest().holdAnswer(language, path, held),
    goodbyeAnswer: (language) => latest().goodbyeAnswer(language),
    postAgain: (pathAndQuery) => latest().postAgain(pathAndQuery),
    callerPlace: (place, caller) => latest().callerPlace(place, caller),
    onHold: (language) => latest().onHold(language),
    staffWaits: (language) => latest().staffWaits(language),
  };
}
