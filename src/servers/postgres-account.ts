import { runCommand, type Account } from '../processes/run-program.ts';

/** Where root puts what the server's account could not reach; `/var/lib` is the place for such state (FHS 5.8). */
export const SHELTER = '/var/lib/regie';

/**
 * The account that the server runs as: PostgreSQL refuses to run as root, so root hands it to `postgres` where there
 * is one, else to `nobody`. `undefined` for ordinary users: the server runs as they do.
 */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = await Promise.all([id('-u', name), id('-g', name)]);
    if (uid && gid) return { name, uid, gid };
  }
  throw new Error(
    'PostgreSQL does not run as root, and this machine has neither a user `postgres` nor `nobody`: ' +
      'start Regie as an ordinary user or set DATABASE_URL',
  );
}

async function id(flag: string, name: string): Promise<number | undefined> {
  const { code, output } = await runCommand('id', [flag, name]);
  return code === 0 ? Number(output) : undefined;
}

/** Can the account pass through `folder` and all folders above it? */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  const { code } = await runCommand('test', ['-x', folder], { account });
  return code === 0;
}
