/**
 * A process that owns the servers of a folder as `regie up` does, for tests to kill: `owner.ts <root> <port> <uiPort>`.
 * Prints one line of JSON once they run; SIGTERM stops them.
 */
import { ensureServers } from '../../src/servers/local.ts';

const [root = '', port, uiPort] = process.argv.slice(2);
const servers = await ensureServers(root, { port: Number(port), uiPort: Number(uiPort) });
process.once('SIGTERM', () => {
  void servers.stop().then(() => process.exit(0));
});
// Keeps the process alive: the servers are detached.
setInterval(() => undefined, 60_000);
console.log(JSON.stringify(servers));
