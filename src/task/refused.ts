/** What was asked for does not fit the state of things: it was decided before. The message says which and what to do. */
export class Refused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Refused';
  }
}
