import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { unpackDebian, type Missing, type Unpacked } from '../../test/transfer/support/debian-packages.ts';
import type { Source } from './source.ts';

const run = promisify(execFile);

/** Programs that fetch the same files. */
export const rivals = ['lftp', 'rclone'] as const;
export type Rival = (typeof rivals)[number];

/** Fetches the files of a source into a folder; gives how long that took, ms. */
export type Fetch = (source: Source, target: string, signal: AbortSignal) => Promise<number>;

interface Command {
  args: string[];
  env: NodeJS.ProcessEnv;
}

const commands: Record<
  Rival,
  (source: Source, target: string, unpacked: Unpacked) => Command | Promise<Command>
> = {
  lftp: mirror,
  rclone: copy,
};

/** A program of the distribution's packages, from its start to its end; or why there is none. */
export async function findRival(rival: Rival): Promise<Fetch | Missing> {
  const unpacked = await unpackDebian(rival, [rival]);
  if ('missing' in unpacked) return unpacked;
  const program = unpacked.program(rival);
  return async (source, target, signal) => {
    const { args, env } = await commands[rival](source, target, unpacked);
    signal.throwIfAborted();
    const started = performance.now();
    await run(program, args, { env: { ...unpacked.env, ...env }, signal, cwd: '/' });
    return performance.now() - started;
  };
}

function mirror({ server, host, tls, set, connections }: Source, target: string): Command {
  const script = [
    'set cmd:fail-exit yes',
    'set net:max-retries 1',
    ...(tls === 'none'
      ? ['set ftp:ssl-allow no']
      : ['set ftp:ssl-force yes', 'set ftp:ssl-protect-data yes', `set ssl:ca-file ${server.authority}`]),
    `open --env-password -u ${server.user} -p ${server.port} ftp://${host}`,
    `mirror --parallel=${connections} ${set.name} ${target}`,
  ];
  return { args: ['--norc', '-c', script.join('; ')], env: { LFTP_PASSWORD: server.password } };
}

async function copy(
  { server, host, tls, set, connections }: Source,
  target: string,
  unpacked: Unpacked,
): Promise<Command> {
  const { stdout } = await run(unpacked.program('rclone'), ['obscure', server.password], {
    env: unpacked.env,
  });
  const secure = { RCLONE_FTP_EXPLICIT_TLS: 'true', SSL_CERT_FILE: server.authority };
  return {
    args: [
      '--config=/dev/null',
      `--transfers=${connections}`,
      `--checkers=${connections}`,
      'copy',
      `:ftp:${set.name}`,
      target,
    ],
    env: {
      RCLONE_FTP_HOST: host,
      RCLONE_FTP_PORT: String(server.port),
      RCLONE_FTP_USER: server.user,
      RCLONE_FTP_PASS: stdout.trim(),
      ...(tls === 'none' ? {} : secure),
    },
  };
}
