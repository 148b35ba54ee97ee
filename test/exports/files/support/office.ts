import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** Is LibreOffice here, the program that most readers of such files have beside Excel? Debian: `libreoffice-calc-nogui`. */
export const noOffice = spawnSync('soffice', ['--version']).status !== 0;

/**
 * What LibreOffice shows in each sheet of a workbook, by the sheets' names, as lines of CSV with `;`.
 */
export async function office(file: string): Promise<Record<string, string[]>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'regie-test-office-'));
  try {
    // Separator, quotation mark, UTF-8, first line, …, quote all text: no, …, cells as shown, …, all sheets: see LibreOffice's "Filter Options".
    const options = '59,34,76,1,,1033,false,true,true,false,false,-1';
    await promisify(execFile)('soffice', [
      `-env:UserInstallation=file://${folder}/profile`,
      '--headless',
      '--convert-to',
      `csv:Text - txt - csv (StarCalc):${options}`,
      '--outdir',
      path.join(folder, 'out'),
      file,
    ]);
    const base = path.basename(file).replace(/\.\w+$/, '');
    return Object.fromEntries(
      readdirSync(path.join(folder, 'out')).map((name) => [
        name.slice(base.length + 1, -'.csv'.length),
        readFileSync(path.join(folder, 'out', name), 'utf8')
          .split('\n')
          .slice(0, -1),
      ]),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
