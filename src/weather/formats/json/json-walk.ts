import { Tokenizer, TokenParser, type ParsedElementInfo } from '@streamparser/json';

/** Reads JSON text piece by piece: hands out the values at some paths, and tells where the text goes wrong. */
export class JsonWalk {
  private readonly tokenizer = new Tokenizer();
  private readonly parser: TokenParser;
  private error: Error | undefined;
  /** Where the token in hand begins, in bytes of the whole text. */
  private offset = 0;
  private length = 0;

  /** `paths` as @streamparser/json has them: `$.*.data.*`. */
  constructor(paths: string[], onValue: (found: ParsedElementInfo) => void) {
    this.parser = new TokenParser({ paths, keepStack: false });
    const fail = (error: Error) => void (this.error ??= error);
    this.tokenizer.onError = fail;
    this.parser.onError = fail;
    this.parser.onValue = onValue;
    this.tokenizer.onToken = (token) => {
      if (this.error) return;
      this.offset = token.offset;
      this.parser.write(token);
    };
    // Without these the ends would throw.
    this.tokenizer.onEnd = () => undefined;
    this.parser.onEnd = () => undefined;
  }

  /** Gives the offset of the first error, once there is one. */
  feed(piece: Uint8Array): number | undefined {
    if (!this.error) this.tokenizer.write(piece);
    this.length += piece.length;
    if (!this.error) return undefined;
    const named = /absolute position "(\d+)"/.exec(this.error.message);
    return named ? Number(named[1]) : this.offset;
  }

  /** After the last piece: the offset of the end when the text ends too early. */
  finish(): number | undefined {
    return this.error || this.parser.isEnded ? undefined : this.length;
  }
}
