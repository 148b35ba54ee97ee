/** Someone asked for a period of which there is nothing; the message says what there is. */
export class NoData extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoData';
  }
}
