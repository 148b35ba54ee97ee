/** What a server says that it can do (RFC 2389). */
export interface Features {
  /** Listings for machines (RFC 3659), with times to the second. */
  mlsd: boolean;
  /** Facts of MLSD that have to be asked for before it tells them. */
  mlsdFacts: string | undefined;
  /** Times of single files to the second. */
  mdtm: boolean;
  /** Sizes of single files. */
  size: boolean;
  /** Downloads that begin in the middle of a file. */
  rest: boolean;
  /** A hash of a file, if the server computes one. */
  hash: ServerHash | undefined;
}

export interface ServerHash {
  command: 'HASH' | 'XSHA256' | 'XSHA1' | 'XMD5';
  algorithm: 'sha256' | 'sha1' | 'md5';
  /** Has to be sent first, so that HASH gives this algorithm. */
  select?: string;
}

const NEEDED = ['type', 'size', 'modify', 'unique'];

/** Reads the answer to FEAT: a line for each feature between the first and the last. '' when the server knows no FEAT. */
export function readFeatures(answer: string): Features {
  const features = new Map(
    answer
      .split('\n')
      .slice(1, -1)
      .map((line) => {
        const [name = '', value = ''] = line.trim().split(' ');
        return [name.toUpperCase(), value];
      }),
  );
  const facts = features.get('MLST') ?? '';
  const told = new Set(
    facts.split(';').flatMap((fact) => (fact.endsWith('*') ? fact.slice(0, -1).toLowerCase() : [])),
  );
  const offered = new Set(facts.split(';').map((fact) => fact.replace('*', '').toLowerCase()));
  const wanted = NEEDED.filter((fact) => offered.has(fact));
  return {
    mlsd: features.has('MLST') || features.has('MLSD'),
    mlsdFacts: wanted.every((fact) => told.has(fact)) ? undefined : wanted.map((fact) => `${fact};`).join(''),
    // One without FEAT may know them all the same; it is asked once.
    mdtm: features.has('MDTM') || features.size === 0,
    size: features.has('SIZE') || features.size === 0,
    rest: features.has('REST') || features.size === 0,
    hash: readHash(features),
  };
}

function readHash(features: ReadonlyMap<string, string>): ServerHash | undefined {
  const algorithms = (features.get('HASH') ?? '').split(';').map((name) => name.toUpperCase());
  for (const [name, algorithm] of [
    ['SHA-256', 'sha256'],
    ['SHA-1', 'sha1'],
    ['MD5', 'md5'],
  ] as const) {
    if (algorithms.includes(`${name}*`)) return { command: 'HASH', algorithm };
    if (algorithms.includes(name)) return { command: 'HASH', algorithm, select: `OPTS HASH ${name}` };
  }
  if (features.has('XSHA256')) return { command: 'XSHA256', algorithm: 'sha256' };
  if (features.has('XSHA1')) return { command: 'XSHA1', algorithm: 'sha1' };
  if (features.has('XMD5')) return { command: 'XMD5', algorithm: 'md5' };
  return undefined;
}

/** The hash in an answer, lower case: the word of the algorithm's length; undefined when there is none. */
export function readHashAnswer(message: string, algorithm: ServerHash['algorithm']): string | undefined {
  const digits = { sha256: 64, sha1: 40, md5: 32 }[algorithm];
  return new RegExp(`\\b[0-9a-f]{${digits}}\\b`, 'i').exec(message)?.[0].toLowerCase();
}
