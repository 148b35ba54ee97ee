/**
 * The environment of a user's terminal: what a test run and npm put into this one would have the program, or npm itself, do other
 * things than for a user.
 */
export function userEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const ours = /^(npm_|INIT_CWD$|NODE_ENV$|NODE_OPTIONS$|TEST$|VITEST|REGIE_|TEMPORAL_|DATABASE_URL$|CI$)/;
  // How packages are had here may be said in the environment alone.
  const kept = /^npm_config_(registry|cache|userconfig|globalconfig|cafile|proxy|https_proxy|noproxy)$/i;
  const own = Object.entries(process.env).filter(([name]) => kept.test(name) || !ours.test(name));
  return { ...Object.fromEntries(own), ...more };
}
