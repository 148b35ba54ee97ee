import { regie } from '../../src/cli/program.ts';

export interface Said {
  code: number;
  out: string;
  err: string;
  /** Standard output as JSON. */
  json(): any; // eslint-disable-line -- the tests compare it
}

/** Runs `regie` in this process as a user would; nothing is a terminal. */
export async function command(args: readonly string[], { signal, onOut }: Listen = {}): Promise<Said> {
  let out = '';
  let err = '';
  const code = await regie(args, {
    tty: false,
    out(text) {
      out += text;
      onOut?.(out);
    },
    err(text) {
      err += text;
    },
    ...(signal ? { signal } : {}),
  });
  return { code, out, err, json: () => JSON.parse(out) as unknown };
}

export interface Listen {
  /** Stands for Ctrl-C. */
  signal?: AbortSignal;
  /** Gets all that was printed so far, each time more comes. */
  onOut?: (out: string) => void;
}
