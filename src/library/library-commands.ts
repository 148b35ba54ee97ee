import { InvalidArgumentError, Option, type Command } from 'commander';
import { count } from '../command/count.ts';
import type { FieldFlags } from './commands/library-create.ts';
import type { RecordsFlags } from './commands/library-records.ts';
import { register as registerRules } from './commands/rules.ts';
import type { Session } from '../command/session.ts';

interface In {
  databox?: string;
}

export function register(program: Command, session: Session): void {
  registerRules(program, session);
  const library = program.command('library').description('the media library: databoxes, records, quarantine');

  library
    .command('databoxes')
    .description('list the databoxes: their collections, fields and status bits')
    .action(async () => {
      const { showDataboxes } = await import('./commands/library-databoxes.ts');
      await showDataboxes(session);
    });

  registerRecords(library, session);
  registerChanges(library, session);
  registerQuarantine(library, session);
  registerErrors(library, session);

  library
    .command('verify')
    .description('check that every original is there, unchanged; exit code 1 when one is not')
    .option('--hash', 'read every file, to find silent damage of disks')
    .action(async (flags: { hash?: true }) => {
      const { showVerification } = await import('./commands/library-verify.ts');
      await showVerification(session, flags);
    });

  registerCreate(
    library
      .command('create')
      .description('create databoxes, collections and fields that the configuration does not declare'),
    session,
  );
}

function registerRecords(library: Command, session: Session): void {
  inDatabox(library.command('records'))
    .description('find records, the newest first')
    .option('-c, --collection <name>', 'of this collection; may be repeated', collect, [])
    .option('-s, --status <mask>', 'read from the right: 0, 1, or x for a bit that does not matter')
    .option(
      '-w, --where <condition>',
      "by a field: 'Title=The lake', 'Height>=1000', 'Title~lake' (contains); may be repeated",
      collect,
      [],
    )
    .option('-f, --field <name>', 'show this field too; may be repeated', collect, [])
    .addOption(
      new Option('--kind <kind>', 'of this kind').choices(['image', 'video', 'audio', 'document', 'unknown']),
    )
    .option('--story', 'stories only')
    .option('--trash', 'what is in the trash')
    .addOption(
      new Option('--awaits <work>', 'those that wait for this').choices(['renditions', 'metadata', 'index']),
    )
    .option('--from <date>', "created since, on the databox's clock: 2026-06-01 or 2026-06-01T13:00")
    .option('--to <date>', 'created before')
    .option('--limit <n>', 'at most so many (default: 100; with --csv all)', count(100_000_000))
    .option('--csv', 'answer as CSV')
    .action(async (flags: RecordsFlags) => {
      const { showRecords } = await import('./commands/library-records.ts');
      await showRecords(session, flags);
    });

  library
    .command('record')
    .description('print all of a record, with what happened to it; of a deleted one that alone')
    .argument('<id>', 'as `regie library records` shows it', recordId)
    .action(async (id: string) => {
      const { showRecord } = await import('./commands/record.ts');
      await showRecord(session, id);
    });
}

const someIds = ['<id...>', 'records', recordIds] as const;

function registerChanges(library: Command, session: Session): void {
  library
    .command('status')
    .description('status bits of records')
    .command('set')
    .description('lay a mask over the status of records: x1xxxx sets bit 4, 00xxxx clears bits 4 and 5')
    .argument('<mask>', 'read from the right: 0, 1, or x for a bit that stays')
    .argument(...someIds)
    .action(async (mask: string, ids: string[]) => {
      const { setStatus } = await import('./commands/library-change.ts');
      await setStatus(session, mask, ids);
    });

  library
    .command('move')
    .description('move records to another collection of their databox')
    .argument('<collection>', 'name')
    .argument(...someIds)
    .action(async (collection: string, ids: string[]) => {
      const { moveRecords } = await import('./commands/library-change.ts');
      await moveRecords(session, collection, ids);
    });

  library
    .command('set')
    .description(
      "give records another value of a field; an empty value after `=` removes it: set 'Title=The lake' 12",
    )
    .argument('<field=value>', 'several values of a field with its separators')
    .argument(...someIds)
    .action(async (assignment: string, ids: string[]) => {
      const { setFields } = await import('./commands/library-change.ts');
      await setFields(session, [assignment], ids);
    });

  library
    .command('trash')
    .description('put records into the trash')
    .argument(...someIds)
    .action(async (ids: string[]) => {
      const { trash } = await import('./commands/library-change.ts');
      await trash(session, ids);
    });

  library
    .command('restore')
    .description('take records out of the trash')
    .argument(...someIds)
    .action(async (ids: string[]) => {
      const { restore } = await import('./commands/library-change.ts');
      await restore(session, ids);
    });

  library
    .command('delete')
    .description('delete records for good, with the files that nothing else needs')
    .argument(...someIds)
    .option('--yes', 'yes, for good')
    .action(async (ids: string[], flags: { yes?: true }) => {
      const { deleteForGood } = await import('./commands/library-change.ts');
      await deleteForGood(session, ids, flags);
    });
}

function registerQuarantine(library: Command, session: Session): void {
  const quarantine = library
    .command('quarantine')
    .description('list files that wait for a decision: duplicates, and those that failed a check')
    .option('--all', 'the decided ones too')
    .option('--limit <n>', 'at most so many, the latest', count(1_000_000), 100)
    .action(async (flags: { all?: true; limit: number }) => {
      const { showQuarantine } = await import('./commands/library-quarantine.ts');
      await showQuarantine(session, flags);
    });

  quarantine
    .command('accept')
    .description('make records of files in quarantine')
    .argument('<id...>', 'as `regie library quarantine` shows them', recordIds)
    .option('--collection <name>', 'in this collection instead of the one they came for')
    .option('--note <text>', 'why')
    .action(async (ids: string[], flags: { collection?: string; note?: string }) => {
      const { accept } = await import('./commands/library-quarantine.ts');
      await accept(session, ids, flags);
    });

  quarantine
    .command('reject')
    .description('refuse files in quarantine for good; they are deleted')
    .argument('<id...>', 'as `regie library quarantine` shows them', recordIds)
    .option('--note <text>', 'why')
    .action(async (ids: string[], flags: { note?: string }) => {
      const { reject } = await import('./commands/library-quarantine.ts');
      await reject(session, ids, flags);
    });
}

function registerErrors(library: Command, session: Session): void {
  const errors = library
    .command('errors')
    .description('list refused files and work that fails')
    .option('--task <name>', 'of this task only')
    .option('--all', 'those that are dealt with too')
    .option('--limit <n>', 'at most so many, the latest', count(1_000_000), 100)
    .action(async (flags: { task?: string; all?: true; limit: number }) => {
      const { showErrors } = await import('./commands/library-errors.ts');
      await showErrors(session, flags);
    });

  errors
    .command('retry')
    .description('have it tried again; a file that was moved aside goes back to the hotfolder')
    .argument('<id...>', 'as `regie library errors` shows them', recordIds)
    .action(async (ids: string[]) => {
      const { retry } = await import('./commands/library-errors.ts');
      await retry(session, ids);
    });

  errors
    .command('dismiss')
    .description('close it: nobody wants it any more')
    .argument('<id...>', 'as `regie library errors` shows them', recordIds)
    .option('--note <text>', 'why')
    .action(async (ids: string[], flags: { note?: string }) => {
      const { dismiss } = await import('./commands/library-errors.ts');
      await dismiss(session, ids, flags);
    });
}

const inDatabox = (command: Command) =>
  command.option('-d, --databox <name>', 'which one, where there are several');

function registerCreate(create: Command, session: Session): void {
  create
    .command('databox')
    .argument('<name>')
    .option('--timezone <zone>', 'in which rules compare dates of fields (IANA; default: UTC)')
    .action(async (name: string, flags: { timezone?: string }) => {
      const { makeDatabox } = await import('./commands/library-create.ts');
      await makeDatabox(session, name, flags);
    });

  inDatabox(create.command('collection').argument('<name>'))
    .option('--status <mask>', 'status of new records: 1xxxx sets bit 4')
    .action(async (name: string, flags: In & { status?: string }) => {
      const { makeCollection } = await import('./commands/library-create.ts');
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
      const { makeField } = await import('./commands/library-create.ts');
      await makeField(session, name, flags);
    });

  inDatabox(create.command('status-bit').argument('<bit>', '4 to 63').argument('<label>', 'what it means'))
    .option('--on <text>', 'what it means when it is on')
    .option('--off <text>', 'and off')
    .action(async (bit: string, label: string, flags: In & { on?: string; off?: string }) => {
      const { makeStatusBit } = await import('./commands/library-create.ts');
      await makeStatusBit(session, bit, label, flags);
    });
}

const collect = (value: string, before: string[]) => [...before, value];

function recordId(value: string): string {
  if (!/^[1-9]\d{0,17}$/.test(value)) throw new InvalidArgumentError('Expected an id, a whole number.');
  return value;
}

function recordIds(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), recordId(value)];
}
