import { ExifTool } from 'exiftool-vendored';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillDemoFolder } from '../../../../src/transfer/demo/files/fill-demo-folder.ts';

let top: string;
let exiftool: ExifTool;
beforeAll(() => {
  top = mkdtempSync(path.join(tmpdir(), 'regie-demo-files-'));
  exiftool = new ExifTool({ maxProcs: 1 });
});
afterAll(async () => {
  await exiftool.end();
  rmSync(top, { recursive: true });
});

test('makes pictures that know their title, keywords, time and place, once', async () => {
  const folder = path.join(top, 'a', 'demo');
  const names = await fillDemoFolder(folder);
  expect(names!.toSorted()).toEqual([
    'Réunion/piton des neiges.png',
    'morning over the bay.png',
    'scans/quiet lake.png',
    'scans/quiet lake.xml',
  ]);
  const { Title, Subject, DateTimeOriginal, GPSLatitude, GPSLongitude, MIMEType, ImageWidth } =
    await exiftool.read(path.join(folder, 'Réunion/piton des neiges.png'));
  expect({ Title, Subject, MIMEType, ImageWidth }).toEqual({
    Title: 'Piton des Neiges',
    Subject: ['mountain', 'Réunion', 'summit'],
    MIMEType: 'image/png',
    ImageWidth: 1200,
  });
  expect(String(DateTimeOriginal)).toContain('2026-05-17T07:15:00');
  expect(GPSLatitude).toBeCloseTo(-21.0994, 4);
  expect(GPSLongitude).toBeCloseTo(55.4803, 4);

  rmSync(path.join(folder, 'morning over the bay.png'));
  writeFileSync(path.join(folder, 'own.txt'), 'own');
  expect(await fillDemoFolder(folder)).toBeUndefined();
  expect(readdirSync(folder).sort()).toEqual(['Réunion', 'own.txt', 'scans']);
  expect(readdirSync(path.dirname(folder))).toEqual(['demo']);
});
