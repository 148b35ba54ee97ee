import { fileURLToPath } from 'node:url';
import { defineModule } from '../module/module.ts';
import { register } from './transfer-commands.ts';

/** Files from elsewhere: what is pulled from FTP servers. */
export const transfer = defineModule({
  name: 'transfer',
  kinds: async () => [(await import('./pull/ftp-pull-kind.ts')).ftpPull],
  migrations: fileURLToPath(new URL('../../src/transfer/migrations', import.meta.url)),
  commands: register,
  beside: async (beside) => (await import('./demo/start-demo.ts')).startDemo(beside),
});
