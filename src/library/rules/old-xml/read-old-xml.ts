import type { XmlElement } from '@rgrove/parse-xml';
import { elementsOf, readXml, type XmlText } from '../../xml/read-xml.ts';
import { uniqueName } from '../declared.ts';
import { ruleSchema, type Reference, type Rule, type RuleInput } from '../rule-settings.ts';

/** What ids in a file mean here. */
export interface Meanings {
  databoxes: Readonly<Record<string, Reference>>;
  collections: Readonly<Record<string, Reference>>;
}

/** A rule of a file, as the settings would write it and as they are read, or why it cannot be read. */
type ReadRule = { name: string; input: RuleInput; rule: Rule } | { name: string; fault: string };

export interface RulesFile {
  rules: ReadRule[];
  /** What somebody who brings the file here should know. */
  remarks: string[];
}

/**
 * Reads rules in the old XML (`<tasksettings><tasks><task …><from>…</from><to>…</to></task>`). A rule with anything in it
 * that is not known is a fault, as a whole: leaving that out could make it match more. Throws `XmlFault` when the file
 * is no such XML.
 */
export function readRules(bytes: Uint8Array, name: string, meanings: Meanings): RulesFile {
  const xml = readXml(bytes, name);
  const { root } = xml;
  if (root.name !== 'tasksettings')
    throw xml.fault(root, `its root element is <${root.name}>; expected <tasksettings>`);
  const lists = elementsOf(root, 'tasks');
  const remarks: string[] = [];
  for (const other of elementsOf(root)) {
    if (other.name === 'period')
      remarks.push(`its period is ${other.text.trim()}: say so with the task's \`every\``);
    else if (!['tasks', 'logsql', 'comment'].includes(other.name)) throw unknownElement(xml, root, other);
  }
  if (lists.length !== 1)
    throw xml.fault(root, `it has ${lists.length} elements <tasks>; expected one, with the rules`);
  const names = new Set<string>();
  const reader = new RuleReader(xml, meanings);
  const rules: ReadRule[] = [];
  for (const task of elementsOf(lists[0]!)) {
    if (task.name === 'comment') continue;
    const own = uniqueName(nameOf(task) || `rule ${rules.length + 1}`, names);
    rules.push(
      task.name === 'task'
        ? reader.read(task, own)
        : { name: own, fault: unknownElement(xml, lists[0]!, task).message },
    );
  }
  return { rules, remarks: [...remarks, ...reader.remarks()] };
}

/** What a rule is called, as names of rules may be; with room for a number. */
function nameOf(task: XmlElement): string {
  const name = (task.attributes['name'] ?? '').replace(/\p{Cc}+/gu, ' ').trim();
  return /^.{0,190}/su.exec(name)![0];
}

/** Why one rule cannot be read. */
class RuleFault extends Error {}

class RuleReader {
  private readonly xml: XmlText;
  private readonly meanings: Meanings;
  /** What ids are kept for lack of a meaning. */
  private readonly kept = new Set<keyof Meanings>();
  /** Has a rule no type? */
  private untyped = false;

  constructor(xml: XmlText, meanings: Meanings) {
    this.xml = xml;
    this.meanings = meanings;
  }

  read(task: XmlElement, name: string): ReadRule {
    try {
      const input = this.readTask(task, name);
      const parsed = ruleSchema.safeParse(input);
      if (parsed.success) return { name, input, rule: parsed.data };
      const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      throw this.fault(task, faults.join('; '));
    } catch (error) {
      if (error instanceof RuleFault) return { name, fault: error.message };
      throw error;
    }
  }

  /** What is to be known of the rules that were read. */
  remarks(): string[] {
    return [
      ...(this.untyped
        ? ["a rule without <type> takes no stories, as the old documentation has it: `type: 'RECORD'`"]
        : []),
      ...(this.kept.size > 0
        ? [`the ids of ${[...this.kept].join(' and ')} are those of the file: they must mean the same here`]
        : []),
    ];
  }

  private readTask(task: XmlElement, name: string): RuleInput {
    const at = this.attributes(task, ['active', 'name', 'action', 'databoxId', 'sbas_id', 'deletechildren']);
    if (at['deletechildren'] !== undefined && at['deletechildren'] !== '0')
      throw this.fault(task, 'deletechildren: the members of a story are not deleted with it; expected 0');
    const active = at['active'];
    if (active !== '1' && active !== '0') throw this.fault(task, `active is ${say(active)}; expected 0 or 1`);
    const databox = at['databoxId'] ?? at['sbas_id'];
    if (databox === undefined) throw this.fault(task, 'it names no databox; expected databoxId');
    const action = oneOf(['update', 'trash', 'delete'], at['action'] ?? '', (what) =>
      this.fault(task, `action ${what}`),
    );
    const rest = {
      databox: this.meaning('databoxes', databox),
      ...(active === '0' && { active: false }),
      from: this.readFrom(task),
    };
    const to = this.readTo(task);
    if (action === 'update') return { name, action, ...rest, to: to ?? {} };
    if (to) throw this.fault(task, `it has a <to>, which the action ${action} does not know`);
    return { name, action, ...rest };
  }

  private readFrom(task: XmlElement): RuleInput['from'] {
    const from = this.one(task, 'from');
    const clauses = from ? this.clauses(from, ['type', 'text', 'date', 'coll', 'status']) : [];
    const of = (name: string) => clauses.filter((clause) => clause.name === name);
    const only = (name: string) => {
      const [first, second] = of(name);
      if (second) throw this.fault(second, `a second <${name}>; expected one`);
      return first;
    };
    const type = only('type');
    const collection = only('coll');
    const status = only('status');
    if (!type) this.untyped = true;
    const text = of('text').map((clause) => this.readText(clause));
    const date = of('date').map((clause) => this.readDate(clause));
    return {
      // Without one it is documents, as the old documentation has it.
      type: type ? this.readType(type) : 'RECORD',
      ...(text.length > 0 && { text }),
      ...(date.length > 0 && { date }),
      ...(collection && { collection: this.readCollection(collection) }),
      ...(status && { status: this.need(status, ['mask'], 'mask') }),
    };
  }

  private readType(clause: XmlElement): 'RECORD' | 'STORY' {
    return oneOf(['RECORD', 'STORY'], this.need(clause, ['type'], 'type'), this.faultOf(clause));
  }

  private readText(clause: XmlElement) {
    const known = ['field', 'compare', 'value'];
    return {
      field: this.need(clause, known, 'field'),
      compare: oneOf(
        ['=', '!=', '<', '>', '<=', '>='],
        this.need(clause, known, 'compare'),
        this.faultOf(clause),
      ),
      value: this.need(clause, known, 'value'),
    };
  }

  private readDate(clause: XmlElement) {
    const known = ['direction', 'field', 'delta'];
    const field = this.need(clause, known, 'field');
    const { delta } = clause.attributes;
    if (delta !== undefined && !/^\s*(?:[+-]?\d+)?\s*$/.test(delta))
      throw this.fault(clause, `delta is ${say(delta)}; expected days, such as -2 or +30`);
    return {
      field: ownDates.get(field.toLowerCase()) ?? field,
      direction: oneOf(['before', 'after'], this.need(clause, known, 'direction'), this.faultOf(clause)),
      ...(Number(delta ?? 0) !== 0 && { delta: Number(delta) }),
    };
  }

  private readCollection(clause: XmlElement) {
    const known = ['compare', 'id'];
    return {
      compare: oneOf(['=', '!='], this.need(clause, known, 'compare'), this.faultOf(clause)),
      collections: this.need(clause, known, 'id')
        .split(',')
        .map((id) => {
          if (id.trim() === '')
            throw this.fault(clause, `id is ${say(clause.attributes['id'])}; expected ids`);
          return this.meaning('collections', id);
        }),
    };
  }

  private readTo(task: XmlElement): Extract<RuleInput, { action: 'update' }>['to'] | undefined {
    const to = this.one(task, 'to');
    const effects = to ? this.clauses(to, ['coll', 'status']) : [];
    const twice = effects.find((effect, i) => effects.findIndex(({ name }) => name === effect.name) < i);
    if (twice) throw this.fault(twice, `a second <${twice.name}>; expected one`);
    const collection = effects.find(({ name }) => name === 'coll');
    const status = effects.find(({ name }) => name === 'status');
    if (!collection && !status) return undefined;
    return {
      ...(collection && { collection: this.meaning('collections', this.need(collection, ['id'], 'id')) }),
      ...(status && { status: this.need(status, ['mask'], 'mask') }),
    };
  }

  /** The only element of a name below a task. */
  private one(task: XmlElement, name: string): XmlElement | undefined {
    const [first, second] = this.clauses(task, ['from', 'to']).filter((each) => each.name === name);
    if (second) throw this.fault(second, `a second <${name}>; expected one`);
    if (first) this.attributes(first, []);
    return first;
  }

  /** The elements below one, all of which must be known; comments are none. */
  private clauses(parent: XmlElement, known: readonly string[]): XmlElement[] {
    return elementsOf(parent).filter((element) => {
      if (element.name === 'comment') return false;
      if (!known.includes(element.name))
        throw this.fault(element, `<${element.name}> is not known; expected ${list(known)}`);
      return true;
    });
  }

  private need(element: XmlElement, known: readonly string[], name: string): string {
    const value = this.attributes(element, known)[name];
    if (value === undefined) throw this.fault(element, `it has no ${name}`);
    return value;
  }

  /** The attributes of an element, all of which must be known. */
  private attributes(element: XmlElement, known: readonly string[]): Record<string, string | undefined> {
    const other = Object.keys(element.attributes).find((name) => !known.includes(name));
    if (other !== undefined)
      throw this.fault(
        element,
        `the attribute ${other} is not known; expected ${known.length > 0 ? list(known) : 'none'}`,
      );
    return element.attributes;
  }

  /** What an id or a name in the file means here. */
  private meaning(what: keyof Meanings, text: string): Reference {
    const id = text.trim();
    const named = Object.hasOwn(this.meanings[what], id) ? this.meanings[what][id] : undefined;
    if (named !== undefined) return named;
    if (!/^\d{1,9}$/.test(id)) return id;
    this.kept.add(what);
    return Number(id);
  }

  private faultOf(element: XmlElement) {
    return (what: string) => this.fault(element, what);
  }

  private fault(element: XmlElement, what: string): RuleFault {
    return new RuleFault(this.xml.fault(element, `<${element.name}>: ${what}`).message);
  }
}

/** Pseudo-fields of the old documentation. */
const ownDates = new Map([
  ['#credate', '#created'],
  ['#createdate', '#created'],
  ['#moddate', '#modified'],
]);

function oneOf<T extends string>(all: readonly T[], text: string, fault: (what: string) => Error): T {
  const found = all.find((each) => each === text);
  if (found === undefined) throw fault(`${say(text)} is not known; expected ${list(all)}`);
  return found;
}

const unknownElement = (xml: XmlText, parent: XmlElement, element: XmlElement) =>
  xml.fault(element, `<${element.name}> below <${parent.name}> is not known`);

const say = (value: string | undefined) => (value === undefined ? 'missing' : JSON.stringify(value));

const list = (words: readonly string[]) => words.join(', ');
