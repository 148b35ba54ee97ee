// Run by Node itself, in an installed package: node inventory.mjs <dist>
// Prints what the program has, from its own registries: kinds, commands, sources, destinations, formats.
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const load = (file) => import(pathToFileURL(path.join(process.argv[2], file)).href);

const { builtInModules } = await load('modules.js');
const { destinationTypes } = await load('exports/delivery/destinations-section.js');
const { sourceTypes } = await load('exports/sources/sources-section.js');
const { formatSchema } = await load('exports/api/file-format.js');
const { builtInFormats } = await load('weather/formats/built-in.js');
const { regie } = await load('cli/program.js');

/** What `type` may be in the options of a schema, below its defaults and records. */
function variants(schema, key) {
  const { options, def } = schema;
  if (options) return options.map(({ shape }) => shape[key].value);
  const inner = def.innerType ?? def.valueType;
  if (!inner) throw new Error(`no variants of ${key} in a schema of type ${def.type}`);
  return variants(inner, key);
}

/** Every command that does something by itself: its words. A group only does with options of its own, or without subcommands. */
async function commands(words) {
  let text = '';
  const io = { tty: false, out: (more) => (text += more), err: (more) => (text += more) };
  const code = await regie([...words, '--help'], io);
  if (code !== 0) throw new Error(`regie ${words.join(' ')} --help ended with ${code}: ${text}`);
  const section = (title) => new RegExp(`^${title}:\\n((?: .*\\n)*)`, 'm').exec(text)?.[1] ?? '';
  const below = [...section('Commands').matchAll(/^ {2}(\S+)/gm)]
    .map(([, name]) => name)
    .filter((name) => name !== 'help');
  const options = [...section('Options').matchAll(/^ {2}.*?(--[\w-]+)/gm)].map(([, name]) => name);
  const own = options.some((name) => !['--help', '--json', '--config', '--version'].includes(name));
  const all = [];
  for (const name of below) all.push(...(await commands([...words, name])));
  return words.length > 0 && (below.length === 0 || own) ? [words.join(' '), ...all] : all;
}

const found = {
  kinds: (await Promise.all(builtInModules.map(({ kinds }) => kinds()))).flat().map(({ name }) => name),
  sources: sourceTypes.map(({ name }) => name),
  destinations: destinationTypes.map(({ name }) => name),
  formats: variants(formatSchema, 'type'),
  weather: builtInFormats.map(({ name }) => name),
  commands: await commands([]),
};
process.stdout.write(JSON.stringify(found));
process.exit(0);
