import { registerHooks } from 'node:module';
import { applyEdit, type Edit } from './mutant.ts';

/** Said once per edited file that was loaded: a mutant whose file the test never loads proves nothing. */
export const LOADED = 'mutant loaded:';
/** Where the edits of this run are given, as JSON. */
export const EDITS_SETTING = 'MUTANT_EDITS';

const project = new URL('../../', import.meta.url);
const edits: readonly Edit[] = JSON.parse(process.env[EDITS_SETTING] ?? '[]');
const byUrl = Map.groupBy(edits, ({ file }) => new URL(file, project).href);

// The file itself stays as it is: only what this process loads of it is changed.
registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const edited = byUrl.get(url);
    if (!edited) return loaded;
    process.stderr.write(`${LOADED} ${edited[0]?.file}\n`);
    return { ...loaded, source: edited.reduce(applyEdit, String(loaded.source)) };
  },
});
