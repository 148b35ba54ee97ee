/** One fault of a configuration. */
export interface Fault {
  /** Where, as one would write it in code: `tasks[0].every`. */
  path: string;
  /** The value that stands there, as text. */
  value: string;
  /** What is wrong, and what was expected. */
  message: string;
}

/** A fault of a value that code of users gives: a text is told as it stands, of everything else what it is. */
export function faultOfValue(path: string, value: unknown, message: string): Fault {
  return { path, value: typeof value === 'string' ? JSON.stringify(value) : typeof value, message };
}

/** A fault of something that stands at `where`. */
export function faultAt(where: string, fault: Fault): Fault {
  return { ...fault, path: fault.path === '' ? where : `${where}.${fault.path}` };
}

/** A configuration that cannot be used; its message lists every fault with path, value and what was expected. */
export class ConfigError extends Error {
  readonly file: string;
  readonly faults: readonly Fault[];

  constructor(file: string, faults: readonly Fault[], options?: ErrorOptions) {
    const lines = faults.map(
      ({ path, value, message }) =>
        `  ${path || 'the configuration'}${value ? ` = ${value}` : ''}: ${message}`,
    );
    super(`${file} cannot be used:\n${lines.join('\n')}`, options);
    this.name = 'ConfigError';
    this.file = file;
    this.faults = faults;
  }
}
