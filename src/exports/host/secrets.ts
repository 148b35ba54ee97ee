/** Names of settings whose values nobody may read. */
const secret = /pass|pwd|secret|token|key$/i;

/** The secrets that a process was given, so that what it says can be cleaned of them. */
export class Secrets {
  private readonly known = new Set<string>();

  /** Notes the secrets among the settings of a connection. */
  learn(settings: object): void {
    for (const [name, value] of Object.entries(settings)) {
      if (typeof value === 'object' && value !== null) this.learn(value);
      // A word of three letters would blacken half of every line, and is no secret any more.
      else if (typeof value === 'string' && value.length > 3 && secret.test(name)) this.known.add(value);
    }
  }

  hide(text: string): string {
    let clean = text;
    for (const value of this.known) clean = clean.replaceAll(value, '…');
    return clean;
  }
}
