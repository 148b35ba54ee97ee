import { InvalidArgumentError, type Command } from 'commander';
import type { Session } from '../../command/session.ts';
import type { ImportFlags, Meaning } from './rules/import.ts';

export function register(program: Command, session: Session): void {
  const rules = program.command('rules').description('look at what rules would do, bring old ones here');

  rules
    .command('test')
    .description(
      'for each rule of a task count the records that it would change, and name the first; changes nothing',
    )
    .argument('<task>', 'a recordMover, workflow01 or emptyCollection: its name or alias, in any case')
    .action(async (name: string) => {
      const { testRules } = await import('./rules/test.ts');
      await testRules(session, name);
    });

  rules
    .command('import')
    .description('print the rules of an old XML file as settings of a recordMover')
    .argument('<file>', 'a file with <tasksettings>')
    .option(
      '--databox <old=new>',
      'what a databox id of the file is here: 1=Press; may be repeated',
      meaning,
      [],
    )
    .option(
      '--collection <old=new>',
      'what a collection id of the file is here; may be repeated',
      meaning,
      [],
    )
    .action(async (file: string, flags: ImportFlags) => {
      const { importRules } = await import('./rules/import.ts');
      importRules(session, file, flags);
    });
}

function meaning(text: string, before: Meaning[]): Meaning[] {
  const [, old, here] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (old === undefined || here === undefined)
    throw new InvalidArgumentError('Expected <old>=<new>, such as 1=Press.');
  return [...before, [old.trim(), here.trim()]];
}
