export declare function npmCommand(
  env?: NodeJS.ProcessEnv,
  platform?: NodeJS.Platform,
): [command: string, ...args: string[]];
