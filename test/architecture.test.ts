import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';

/** Imports go one way: what the linter holds, what `import()` does besides, and what ARCHITECTURE.md says of it. */

const project = path.dirname(import.meta.dirname);
const source = path.join(project, 'src');
const { mayImport: allowed } = (await import(path.join(project, 'oxlint.config.mjs'))) as {
  mayImport: Readonly<Record<string, readonly string[]>>;
};

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort();

/** The files that each imports: types, exports and `import()` included. */
const graph = new Map(files.map((file) => [file, importsOf(file)]));

function importsOf(file: string): string[] {
  const code = readFileSync(path.join(source, file), 'utf8');
  const { module } = parseSync(file, code);
  const named = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.map((entry) => entry.moduleRequest?.value ?? ''),
    ),
    // Those of types stand in the text alone.
    ...[...code.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)].map(([, name]) => name!),
  ];
  const own = named.filter((name) => name.startsWith('.'));
  return [...new Set(own.map((name) => path.join(path.dirname(file), name)))];
}

const roomOf = (file: string) => file.split(path.sep)[0]!;

/** By room, the rooms that it imports. */
function roomGraph(): Map<string, Set<string>> {
  const rooms = new Map<string, Set<string>>();
  for (const [file, imports] of graph) {
    const room = roomOf(file);
    const others = rooms.get(room) ?? new Set();
    for (const each of imports) if (roomOf(each) !== room) others.add(roomOf(each));
    rooms.set(room, others);
  }
  return rooms;
}

/** A way through the graph that comes back to where it was; undefined when there is none. */
function circleIn(nodes: ReadonlyMap<string, Iterable<string>>): string[] | undefined {
  const done = new Set<string>();
  const way: string[] = [];
  const visit = (node: string): string[] | undefined => {
    if (way.includes(node)) return [...way.slice(way.indexOf(node)), node];
    if (done.has(node)) return undefined;
    way.push(node);
    for (const next of nodes.get(node) ?? []) {
      const found = visit(next);
      if (found) return found;
    }
    way.pop();
    done.add(node);
    return undefined;
  };
  for (const node of nodes.keys()) {
    const found = visit(node);
    if (found) return found;
  }
  return undefined;
}

test('a room imports the rooms of its list, and no other', () => {
  const found = Object.fromEntries([...roomGraph()].map(([room, others]) => [room, [...others].sort()]));
  const list = Object.fromEntries(
    Object.entries(allowed).map(([room, others]) => [room, [...others].sort()]),
  );
  expect(found).toEqual(list);
});

test('the linter refuses an import that the list does not have', () => {
  // A file of each room, at a depth of its own, that imports what it may not.
  const forbidden: [string, string][] = [
    ['task/lint-probe.ts', '../config/load.ts'],
    ['weather/load/lint-probe.ts', '../../library/settings.ts'],
    ['exports/delivery/mail/lint-probe.ts', '../../../temporal/connect.ts'],
    ['workflows/lint-probe.ts', '../store/tasks.ts'],
    ['command/lint-probe.ts', '../index.ts'],
  ];
  const allowed = ['weather/load/lint-probe-2.ts', '../../task/errors.ts'] as const;
  const folder = mkdtempSync(path.join(tmpdir(), 'regie-lint-'));
  try {
    for (const [file, name] of [...forbidden, allowed]) {
      mkdirSync(path.join(folder, 'src', path.dirname(file)), { recursive: true });
      writeFileSync(path.join(folder, 'src', file), `export * from '${name}';\n`);
    }
    copyFileSync(path.join(project, 'oxlint.config.mjs'), path.join(folder, 'oxlint.config.mjs'));
    const oxlint = path.join(project, 'node_modules/oxlint/bin/oxlint');
    const { stdout } = spawnSync(
      process.execPath,
      [oxlint, '-c', 'oxlint.config.mjs', '--format', 'unix', 'src'],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    const refused = stdout.split('\n').filter((line) => line.includes('no-restricted-imports'));
    for (const [file] of forbidden) expect(refused.join('\n')).toContain(`src/${file}`);
    expect(refused).toHaveLength(forbidden.length);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('no circle of rooms, and none of files', () => {
  expect(
    circleIn(
      new Map([
        ['a', ['b']],
        ['b', ['c']],
        ['c', ['b']],
      ]),
    ),
  ).toEqual(['b', 'c', 'b']);
  expect(circleIn(roomGraph())).toBeUndefined();
  expect(circleIn(graph)).toBeUndefined();
});

test('the table of ARCHITECTURE.md is that list', () => {
  const page = readFileSync(path.join(project, 'ARCHITECTURE.md'), 'utf8');
  const section = /\n## Rooms\n([^]*?)\n## /.exec(page)![1]!;
  const rows = [...section.matchAll(/^\| `src\/([\w.-]+?)\/?` +\|[^|]*\|([^|]*)\|$/gm)];
  const told = rows.map(([, room, may]) => [
    room!,
    [...may!.matchAll(/`([\w.-]+)`/g)].map(([, name]) => name!).sort(),
  ]);
  const list = Object.entries(allowed).map(([room, others]) => [room, [...others].sort()]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(list));
});

test('nothing outside of a module names it, but the list of modules and the activities', () => {
  const modules = ['weather', 'library', 'transfer', 'exports'];
  const open = ['modules.ts', 'activities', 'index.ts'];
  const named = files
    .filter((file) => !modules.includes(roomOf(file)) && !open.includes(roomOf(file)))
    .flatMap((file) => {
      const { program } = parseSync(file, readFileSync(path.join(source, file), 'utf8'));
      return stringsIn(program)
        .filter((text) => kinds.test(text))
        .map((text) => `${file}: ${text}`);
    });
  expect(named).toEqual([]);
});

/** The names of kinds, and of sections. */
const kinds =
  /^(?:loadJson|aggregate|archive|batchUpload|emptyCollection|recordMover|workflow01|ftpPull|export|weather|library|sources|destinations|exportDefaults|exports)$/;

/** Every literal text of a syntax tree. */
function stringsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(stringsIn);
  if (typeof node !== 'object' || node === null) return [];
  const { type, value } = node as { type?: unknown; value?: unknown };
  if (type === 'Literal' && typeof value === 'string') return [value];
  return Object.values(node).flatMap(stringsIn);
}
