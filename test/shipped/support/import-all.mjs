// Run by Node itself, in an installed package: node import-all.mjs <dist> <program>…
// Imports every module below `dist` but the programs, and prints what failed, and which names that code takes from
// packages at run time these do not have. Test runners and jiti let through what Node does not: names of CommonJS modules.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [dist, ...programs] = process.argv.slice(2);
const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.js'))
  .toSorted();
const imported = [];
const faults = [];
for (const name of files) {
  const file = path.join(dist, name);
  await foundAtRunTime(file, name);
  if (programs.includes(name)) continue;
  try {
    await import(pathToFileURL(file).href);
    imported.push(name);
  } catch (error) {
    faults.push(`${name}: ${String(error.message).split('\n')[0]}`);
  }
}
process.stdout.write(JSON.stringify({ imported, faults }));
// Some modules may hold timers or handles.
process.exit(0);

/** Names, files and packages that are looked for only when some line is executed. */
async function foundAtRunTime(file, name) {
  const text = readFileSync(file, 'utf8');
  const base = pathToFileURL(file);
  const { resolve } = createRequire(base);
  const check = async (what, work) => {
    try {
      await work();
    } catch (error) {
      faults.push(`${name}: ${what}: ${String(error.message).split('\n')[0]}`);
    }
  };
  for (const [, names, from] of text.matchAll(/const \{([^}]+)\} = await import\('([^'.][^']*)'\)/g))
    await check(`names of ${from}`, () =>
      has(
        from,
        names.split(',').map((each) => each.split(':')[0].trim()),
      ),
    );
  for (const [, from, wanted] of text.matchAll(/\(await import\('([^'.][^']*)'\)\)\.(\w+)/g))
    await check(`a name of ${from}`, () => has(from, [wanted]));
  for (const [, from] of text.matchAll(/\bimport\('([^']+)'\)/g))
    await check(`import of ${from}`, () =>
      from.startsWith('.') ? readFileSync(new URL(from, base)) : import(from),
    );
  // `./child${…endsWith('.ts') ? '.ts' : '.js'}` is one of two, here the second.
  for (const [, plain, template] of text.matchAll(/new URL\((?:'([^']+)'|`([^`]+)`), import\.meta\.url\)/g)) {
    const target = plain ?? template.replace(/\.?\$\{.*\}$/s, '.js');
    await check(`the file ${target}`, () => readdirOrFile(fileURLToPath(new URL(target, base))));
  }
  for (const [, place] of text.matchAll(/\bresolve\('([^']+)'\)/g))
    await check(`package file ${place}`, () => resolve(place));
  for (const [, place] of text.matchAll(/createRequire\(import\.meta\.url\)\('([^']+)'\)/g))
    await check(`the file ${place}`, () => resolve(place));
}

async function has(from, names) {
  const module = await import(from);
  const missing = names.filter((each) => !(each in module));
  if (missing.length > 0) throw new Error(`has no ${missing.join(', ')}`);
}

function readdirOrFile(place) {
  try {
    readdirSync(place);
  } catch (error) {
    if (error.code !== 'ENOTDIR') throw error;
    readFileSync(place);
  }
}
