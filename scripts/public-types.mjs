// The types that a user's code sees: every declaration that the package's entries reach, in one text.
//
//   node scripts/public-types.mjs [--dist <folder>]   prints them
//   node scripts/public-types.mjs --check             compares them with docs/public-types.d.ts
//   node scripts/public-types.mjs --write             writes that file: somebody has looked at the difference
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const kept = path.join(root, 'docs', 'public-types.d.ts');
const header = `// What \`import … from 'regie'\` (index) and \`'regie/client'\` (client) offer to users, as compiled. A change here is
// a change for them: look at it, tell of it in CHANGELOG.md, then run \`npm run public-types\`, which writes this file.
`;

/** What package.json exports, in the order of the text. */
const entries = ['index', 'client'];
const rank = ({ name }) => (entries.includes(name) ? entries.indexOf(name) : entries.length);

/** The text for what lies in `dist`: each declaration once, below its file's name, in the order of its file. */
export function publicTypes(dist) {
  const modules = new Map();
  const moduleOf = (file) => {
    if (!modules.has(file)) modules.set(file, read(file));
    return modules.get(file);
  };
  /** By file: the statements that are reached, and the imports from packages that they need. */
  const reached = new Map();
  const queue = entries
    .map((entry) => path.join(dist, `${entry}.d.ts`))
    .filter((file) => existsSync(file))
    .flatMap((file) => [...moduleOf(file).exported.keys()].map((name) => ({ file, name })));
  const seen = new Set();
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { file, name } = next;
    if (seen.has(`${file} ${name}`)) continue;
    seen.add(`${file} ${name}`);
    const { text, declared, imported, exported } = moduleOf(file);
    const from = exported.get(name) ?? imported.get(name);
    if (from?.file) queue.push({ file: from.file, name: from.name });
    if (!reached.has(file)) reached.set(file, new Map());
    if (from?.statement) reached.get(file).set(from.statement.start, from.line);
    for (const statement of declared.get(from?.local ?? name) ?? []) {
      reached.get(file).set(statement.start, text.slice(statement.from, statement.end).trim());
      for (const each of statement.names)
        if (declared.has(each) || imported.has(each)) queue.push({ file, name: each });
      for (const { from: at, name: each } of statement.imports)
        queue.push({ file: resolve(file, at), name: each });
    }
  }
  const parts = [...reached]
    .map(([file, statements]) => ({
      name: path
        .relative(dist, file)
        .split(path.sep)
        .join('/')
        .replace(/\.d\.ts$/, ''),
      lines: [...new Set([...statements].sort(([a], [b]) => a - b).map(([, text]) => text))],
    }))
    .filter(({ lines }) => lines.length > 0)
    // The entries first, the others by name.
    .sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  return [header, ...parts.map(({ name, lines }) => `// ${name}\n\n${lines.join('\n')}\n`)].join('\n');
}

/** What a declaration file declares, imports and exports, by name. */
function read(file) {
  const text = readFileSync(file, 'utf8');
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  const declared = new Map();
  const imported = new Map();
  const exported = new Map();
  let end = 0;
  for (const statement of program.body) {
    const { from, declaration } = { from: end, declaration: statement.declaration ?? statement };
    end = statement.end;
    const line = text.slice(statement.start, statement.end);
    if (statement.type === 'ImportDeclaration') {
      for (const { local, imported: name } of statement.specifiers)
        imported.set(local.name, target(file, statement, name?.name ?? 'default', line));
    } else if (statement.type === 'ExportNamedDeclaration' && !statement.declaration) {
      for (const { local, exported: name } of statement.specifiers)
        exported.set(
          name.name,
          statement.source
            ? target(file, statement, local.name, text.slice(from, end).trim())
            : { local: local.name, statement, line },
        );
    } else if (/^(Import|Export(All|Default))/.test(statement.type)) {
      throw new Error(`${file}: ${line}: expected named exports and imports alone`);
    } else {
      const ids = declaration.declarations?.map(({ id }) => id) ?? [declaration.id];
      for (const { name } of ids) {
        const one = { start: statement.start, from, end, ...namesIn(program, statement) };
        declared.set(name, [...(declared.get(name) ?? []), one]);
        if (statement.type === 'ExportNamedDeclaration') exported.set(name, { local: name });
      }
    }
  }
  return { text, declared, imported, exported };
}

/** A name of another module. That of a package is told by the statement itself, and an export of `index` too. */
function target(file, statement, name, line) {
  const source = statement.source.value;
  if (!source.startsWith('.')) return { statement, line };
  return {
    file: resolve(file, source),
    name,
    ...(statement.type.startsWith('Export') ? { statement, line } : {}),
  };
}

const resolve = (file, source) => path.resolve(path.dirname(file), source.replace(/\.[jt]s$/, '.d.ts'));

/** All names in a statement, whatever they stand for there, and types that are imported in place. */
function namesIn(program, { start, end }) {
  const names = new Set();
  const imports = [];
  const inside = (node) => node.start >= start && node.end <= end;
  new Visitor({
    Identifier: (node) => inside(node) && names.add(node.name),
    TSImportType(node) {
      if (inside(node) && node.source.value.startsWith('.'))
        imports.push({ from: node.source.value, name: leftmost(node.qualifier) });
    },
  }).visit(program);
  return { names, imports };
}

const leftmost = (qualifier) =>
  qualifier.type === 'TSQualifiedName' ? leftmost(qualifier.left) : qualifier.name;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [option, folder] = process.argv.slice(2);
  const text = publicTypes(option === '--dist' ? path.resolve(folder) : path.join(root, 'dist'));
  if (option === '--write') writeFileSync(kept, text);
  else if (option !== '--check') process.stdout.write(text);
  else if (readFileSync(kept, 'utf8') !== text) {
    process.stderr.write(
      'The types that users see have changed. Meant? Then `npm run public-types`, and a line in CHANGELOG.md.\n',
    );
    process.exitCode = 1;
  }
}
