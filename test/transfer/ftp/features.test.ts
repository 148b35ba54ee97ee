import { expect, it } from 'vitest';
import { readFeatures, readHashAnswer } from '../../../src/transfer/ftp/features.ts';

const of = (features: Record<string, string>) =>
  readFeatures(
    [
      '211-Features:',
      ...Object.entries(features).map(([name, value]) => ` ${name} ${value}`),
      '211 End',
    ].join('\n'),
  );

it('knows of nothing when a server has no FEAT, but tries what costs nothing', () => {
  expect(readFeatures('')).toEqual({
    mlsd: false,
    mlsdFacts: undefined,
    mdtm: true,
    size: true,
    rest: true,
    hash: undefined,
  });
});

it('asks for facts that MLSD offers and does not tell by itself', () => {
  expect(of({ MLST: 'type*;size*;modify*;unix.mode*;' }).mlsdFacts).toBeUndefined();
  expect(of({ MLST: 'Type*;Size;Modify*;Unique;perm*;' }).mlsdFacts).toBe('type;size;modify;unique;');
});

it.each([
  [
    { HASH: 'SHA-256*;SHA-1;MD5', XMD5: '' },
    { command: 'HASH', algorithm: 'sha256' },
  ],
  [{ HASH: 'SHA-512*;SHA-1;MD5' }, { command: 'HASH', algorithm: 'sha1', select: 'OPTS HASH SHA-1' }],
  [
    { HASH: 'CRC32*', XSHA1: '' },
    { command: 'XSHA1', algorithm: 'sha1' },
  ],
  [
    { XCRC: '', XMD5: '', XSHA256: '' },
    { command: 'XSHA256', algorithm: 'sha256' },
  ],
  [{ XCRC: '' }, undefined],
] as const)('takes the best hash of %j', (features, hash) => {
  expect(of(features as Record<string, string>).hash).toEqual(hash);
});

it('finds the hash in an answer, whatever stands around it', () => {
  const md5 = 'D41D8CD98F00B204E9800998ECF8427E';
  for (const answer of [
    `250 ${md5}`,
    `213 MD5 0-0 ${md5} some file`,
    `251 "a" ${md5}`,
    `250-Computing\n250 ${md5}`,
  ])
    expect(readHashAnswer(answer, 'md5')).toBe(md5.toLowerCase());
  expect(readHashAnswer(`250 ${md5}${md5}`, 'md5')).toBeUndefined();
});
