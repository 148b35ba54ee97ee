/** What was asked for does not fit the state of things: it was decided before. The message says which and what to do. */
export class CommandRejected extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CommandRejected';
  }
}
