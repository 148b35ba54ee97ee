/** Someone asked for a station, level or measure that there is none of; the message lists those there are. */
export class Unknown extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Unknown';
  }
}
