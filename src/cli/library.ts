import { type Command } from 'commander';
import type { FieldFlags } from './library/create.ts';
import type { Session } from './frame/session.ts';

interface In {
  databox?: string;
}

export function register(program: Command, session: Session): void {
  const library = program.command('library').description('the media library: databoxes, records, quarantine');

  library
    .command('databoxes')
    .description('list the databoxes: their collections, fields and status bits')
    .action(async () => {
      const { showDataboxes } = await import('./library/databoxes.ts');
      await showDataboxes(session);
    });

  registerCreate(
    library.command('create').description('make what the configuration does not declare'),
    session,
  );
}

const inDatabox = (command: Command) =>
  command.option('-d, --databox <name>', 'which one, where there are several');

function registerCreate(create: Command, session: Session): void {
  create
    .command('databox')
    .argument('<name>')
    .option('--timezone <zone>', 'in which rules compare dates of fields (IANA; default: UTC)')
    .action(async (name: string, flags: { timezone?: string }) => {
      const { makeDatabox } = await import('./library/create.ts');
      await makeDatabox(session, name, flags);
    });

  inDatabox(create.command('collection').argument('<name>'))
    .option('--status <mask>', 'status of new records: 1xxxx sets bit 4')
    .action(async (name: string, flags: In & { status?: string }) => {
      const { makeCollection } = await import('./library/create.ts');
      await makeCollection(session, name, flags);
    });

  inDatabox(create.command('field').argument('<name>'))
    .option('--source <tag>', 'where new records take it from: XMP-dc:Title; may be repeated', collect, [])
    .option('--type <type>', 'text, number or date (default: text)')
    .option('--multi', 'may hold several values')
    .option('--separators <characters>', 'each of them separates several values (default: ;)')
    .option('--read-only', 'set by tasks, not by people')
    .option('--required', 'a file without it goes into quarantine')
    .action(async (name: string, flags: FieldFlags) => {
      const { makeField } = await import('./library/create.ts');
      await makeField(session, name, flags);
    });

  inDatabox(create.command('status-bit').argument('<bit>', '4 to 63').argument('<label>', 'what it means'))
    .option('--on <text>', 'what it means when it is on')
    .option('--off <text>', 'and off')
    .action(async (bit: string, label: string, flags: In & { on?: string; off?: string }) => {
      const { makeStatusBit } = await import('./library/create.ts');
      await makeStatusBit(session, bit, label, flags);
    });
}

const collect = (value: string, before: string[]) => [...before, value];
