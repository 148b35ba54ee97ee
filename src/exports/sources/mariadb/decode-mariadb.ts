import mysql from 'mysql2';
import { Decimal, PlainDate, PlainDateTime, type Cell } from '../../api/cell.ts';

// The driver is CommonJS, and Node finds no name in it that is a getter: `import { Types }` works in tests alone.
const { Types } = mysql;

/** A value as the driver gives it: decimals and dates as the server's own text, whole numbers that are not safe as text. */
type Given = string | number | Buffer | null;

const same = (given: Given): Cell => given as Cell;
const whole = (given: Given): Cell => (typeof given === 'string' ? BigInt(given) : (given as number));
const decimal = (given: Given): Cell => new Decimal(String(given));

const decoders = new Map<number, (given: NonNullable<Given>) => Cell>([
  [Types.DECIMAL, decimal],
  [Types.NEWDECIMAL, decimal],
  [Types.LONGLONG, whole],
  [Types.FLOAT, (given) => shortest(Number(given))],
  [Types.DATE, (given) => new PlainDate(String(given))],
  [Types.DATETIME, (given) => new PlainDateTime(String(given))],
  [Types.TIMESTAMP, (given) => moment(String(given))],
]);

/** Gives what makes a cell of a value of a column of a type. All other types are numbers and text by themselves; bytes are written as PostgreSQL does. */
export function decoderOf(type: number): (given: Given) => Cell {
  const decode = decoders.get(type) ?? same;
  return (given) => {
    if (given === null) return null;
    if (Buffer.isBuffer(given)) return String.raw`\x${given.toString('hex')}`;
    return decode(given);
  };
}

/** The session's zone is UTC. The server's own `0000-00-00 00:00:00` is no moment, and stays what it is. */
function moment(text: string): Cell {
  const time = Date.parse(`${text.replace(' ', 'T')}Z`);
  return Number.isNaN(time) ? new PlainDateTime(text) : new Date(time);
}

/** With no more digits than tell it from its neighbours of single precision: 0.1, not 0.10000000149011612. */
function shortest(value: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === Math.fround(value)) return shorter;
  }
  return value;
}
