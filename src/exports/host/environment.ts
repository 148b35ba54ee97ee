/** What a program needs to run at all, and what says how Node itself behaves; nothing else: an installation's secrets are in the rest. */
const passed =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TMP|TEMP|TZ|LANG|LANGUAGE|LC_\w+|NODE_\w+|JITI_\w+|SSL_CERT_\w+)$/;
/** Node's own that are meant for one process: options such as `--inspect`, and the channel to a parent. */
const withheld = /^NODE_(OPTIONS|CHANNEL_\w+|UNIQUE_ID|V8_COVERAGE)$/;

/** The environment of a process that runs a module of the user's. What such a module is to know it gets by sources. */
export function childEnvironment(own: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(own).filter(([name]) => passed.test(name) && !withheld.test(name)),
  );
}
