import { readFileSync } from 'node:fs';
import path from 'node:path';
import { printSettings } from '../../rules/old-xml/print.ts';
import { readRules } from '../../rules/old-xml/read-old-xml.ts';
import type { Reference } from '../../rules/rule-settings.ts';
import { XmlFault } from '../../xml/read-xml.ts';
import { CliError, exit, UsageError } from '../../../command/exit.ts';
import type { Session } from '../../../command/session.ts';

/** An id of the file, and what it means here. */
export type Meaning = [old: string, here: string];

export interface ImportFlags {
  databox: Meaning[];
  collection: Meaning[];
}

/** Prints the settings that a file of rules comes to. A rule that cannot be read is a comment, and makes it exit 1. */
export function importRules(session: Session, file: string, { databox, collection }: ImportFlags): void {
  const meanings = { databoxes: toReferences(databox), collections: toReferences(collection) };
  const name = path.basename(file);
  try {
    const read = readRules(readFileSync(file), name, meanings);
    session.out.answer(
      {
        rules: read.rules.flatMap((rule) => ('input' in rule ? rule.input : [])),
        faults: read.rules.flatMap((rule) => ('fault' in rule ? rule : [])),
        remarks: read.remarks,
      },
      () => printSettings(read, name),
    );
    const faults = read.rules.filter((rule) => 'fault' in rule).length;
    if (faults === 0) return;
    session.exitCode = exit.failed;
    if (!session.out.json) session.out.remark(`${faults} of ${read.rules.length} rules could not be read.`);
  } catch (error) {
    if (error instanceof XmlFault) throw new CliError(exit.failed, error.message);
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UsageError(
      code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read: ${code}.`,
    );
  }
}

const toReferences = (meanings: readonly Meaning[]): Record<string, Reference> =>
  Object.fromEntries(meanings.map(([old, here]) => [old, /^\d{1,9}$/.test(here) ? Number(here) : here]));
