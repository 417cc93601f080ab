import type { AuditEntry } from '../rooms/index.js';
import type { Handlers } from './operations.js';
import { Problem } from './problem.js';

/** Reads the configuration anew. Resolves with the variables of options that have changed, or why nothing has. */
export type Reload = () => Promise<
  { readonly taken: readonly string[]; readonly kept: readonly string[] } | { readonly wrong: string }
>;

/** @param reload undefined where the program that runs the server has its configuration */
export function reloadHandlers(reload: Reload | undefined, audit: (entry: AuditEntry) => void): Handlers<'reload'> {
  return {
    reload: async () => {
      if (!reload) throw new Problem('conflict', 'The program that runs the server gives it its configuration');
      const outcome = await reload();
      const isWrong = 'wrong' in outcome;
      audit({ actor: 'admin', action: 'reload', room: '', target: '', outcome: isWrong ? 'refused' : 'done' });
      if (isWrong) throw new Problem('wrong-configuration', outcome.wrong);
      return { status: 200, body: { changed: [...outcome.taken], needRestart: [...outcome.kept] } };
    },
  };
}
