/** How often it is looked, in ms. */
const lookEveryMs = 250;

/**
 * Calls back once when npm has ended that started this process (`npm start`). At SIGHUP and SIGKILL npm ends without a word to what it
 * has started; at the other signals it passes them on. On Windows a process learns nothing of its parent.
 * @param script the name of the npm script that runs this program; started in another way, it is never called back
 */
export function onNpmGone(script: string, gone: () => void, env: NodeJS.ProcessEnv = process.env): void {
  if (env.npm_lifecycle_event !== script) return;
  const npm = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(look);
    gone();
  }, lookEveryMs);
  look.unref();
}
