import { readFileSync } from 'node:fs';
import path from 'node:path';
import { XmlFault } from '../xml/read-xml.ts';
import { rulesOfZones, uniqueName, type Declared, type PlainRule } from './declared.ts';
import { readRules } from './old-xml/read-old-xml.ts';
import type { MoverSettings } from './rule-settings.ts';

/** The rules of a task, or what it waits for. */
export type RulesOrBlock = { rules: Declared[] } | { blockedBy: string };

/**
 * All rules of a mover, in the order in which they are carried out: `rules`, `zones`, those of the file. When the file
 * cannot be read at all none is carried out: what the others do is meant to come before what it says.
 */
export function rulesOf({ rules, zones, rulesFile }: MoverSettings, root: string): RulesOrBlock {
  const names = new Set<string>();
  const own = [...rules, ...zones.flatMap(rulesOfZones)].map((rule) => named(rule, names));
  if (rulesFile === undefined) return { rules: own };
  const { path: name, ...meanings } =
    typeof rulesFile === 'string' ? { path: rulesFile, databoxes: {}, collections: {} } : rulesFile;
  const file = path.resolve(root, name);
  try {
    const theirs = readRules(readFileSync(file), name, meanings).rules.map((each) =>
      'rule' in each ? named(each.rule, names) : { ...each, name: uniqueName(each.name, names) },
    );
    return { rules: [...own, ...theirs] };
  } catch (error) {
    if (error instanceof XmlFault) return { blockedBy: `the rules cannot be read: ${error.message}` };
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return {
      blockedBy:
        code === 'ENOENT' ? `no rules file ${file}` : `the rules file ${file} cannot be read: ${code}`,
    };
  }
}

function named(rule: PlainRule, names: Set<string>): Declared {
  const name = uniqueName(rule.name, names);
  return { name, rule: { ...rule, name } };
}
