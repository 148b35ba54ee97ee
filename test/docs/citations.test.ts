import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { project } from '../support/documents.ts';

/** What comments and texts of the program refer to must be there for whoever has the repository, or the package. */

const folders = ['src', 'test', 'bench', 'soak', 'scripts', 'examples'];
const files = [
  ...folders.flatMap((folder) =>
    readdirSync(path.join(project, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
      path.join(folder, name),
    ),
  ),
  'regie.config.ts',
].filter((name) => /\.(ts|mjs|sql)$/.test(name) && name !== path.relative(project, import.meta.filename));

/** Sections of standards, which everybody can look up, and pages that are nowhere here. */
const standard = /\bRFC \d+ §/g;
const elsewhere = /§|\bDESIGN\b|\bspec\/|\b(?:library|weather|exports) spec\b|\(spec: \w+, /;

const lines = files.flatMap((file) =>
  readFileSync(path.join(project, file), 'utf8')
    .split('\n')
    .map((text, index) => ({ text, where: `${file}:${index + 1}` })),
);

test('sources cite nothing but pages of docs/ and standards', () => {
  const found = lines.filter(({ text }) => elsewhere.test(text.replaceAll(standard, '')));
  expect(found.map(({ text, where }) => `${where}: ${text.trim()}`)).toEqual([]);
});

test('pages that sources cite are there', () => {
  const cited = lines.flatMap(({ text, where }) =>
    [...text.matchAll(/\bdocs\/[\w./-]+\.(?:md|png|d\.ts)\b/g)].map(([page]) => ({ page, where })),
  );
  expect(cited.length).toBeGreaterThan(15);
  expect(cited.filter(({ page }) => !existsSync(path.join(project, page)))).toEqual([]);
});
