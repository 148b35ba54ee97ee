/** What a cell of the call database may be; dates and local times are text, `2026-11-20` and `2026-11-20 08:15:00`. */
export type Value = string | number | null;

/** A customer to be called, with what came of it: a card of the dialler. */
export interface Card {
  id: number;
  /** The client file that brought it. */
  fichier: string;
  /** The operation to which the file belongs. */
  segment: string;
  datechargment: string;
  /** Digits with leading zeros, like the two after it. */
  customer_number: string;
  card_number: string;
  decoder_number: string;
  title: string;
  last_name: string;
  first_name: string;
  address: string;
  city: string;
  country: string;
  language: string;
  email: string | null;
  phone1: string;
  phone2: string | null;
  phone3: string | null;
  formula: string;
  extras: string | null;
  subscribed_on: string;
  expires_on: string;
  /** Exact, with two decimals. */
  amount: string;
  payment_mode: string;
  distributor: string;
  /** End code of the last call; see `codes.ts`. */
  codefinappel: string | null;
  coderefus: string | null;
  called: string;
  called_old: string | null;
  /** When the last call began; none before the first. */
  dateappel: string | null;
  /** When somebody began and ended to talk. */
  call_start: string | null;
  call_end: string | null;
  /** Seconds of it. */
  duration: number | null;
  attempts: number;
  agent: string | null;
  callback_at: string | null;
  /** 0 to 10, asked by quality callers. */
  satisfaction: number | null;
  remark: string | null;
}

/** One call of a card. */
export interface Attempt {
  main_id: number;
  /** From 1. */
  number: number;
  started: string;
  /** Seconds of talk; 0 when nobody answered. */
  duration: number;
  status: string;
  agent: string | null;
}

/** A line of a client file that did not become a card. */
export interface LoadReject {
  id: number;
  fichier: string;
  segment: string;
  line: number;
  reason: 'DUPLICATE' | 'INVALID';
  customer_number: string;
  phone: string;
  detail: string;
}

/** A client file that was closed before its time. */
export interface ClosedFile {
  fichier: string;
  reason: string;
}

/** How many cards of a country the quality barometer wants. */
export interface Quota {
  country: string;
  wanted: number;
}

/** A table: its columns in the words that both PostgreSQL and MariaDB know, its key, and what it is searched by. */
interface Table<R> {
  columns: Record<keyof R & string, string>;
  key: string;
  indexes?: readonly string[];
}

const text = (characters: number) => `varchar(${characters})`;

const main: Table<Card> = {
  columns: {
    id: 'bigint not null',
    fichier: `${text(60)} not null`,
    segment: `${text(20)} not null`,
    datechargment: 'date not null',
    customer_number: `${text(12)} not null`,
    card_number: `${text(14)} not null`,
    decoder_number: `${text(14)} not null`,
    title: `${text(8)} not null`,
    last_name: `${text(40)} not null`,
    first_name: `${text(40)} not null`,
    address: `${text(80)} not null`,
    city: `${text(40)} not null`,
    country: `${text(2)} not null`,
    language: `${text(2)} not null`,
    email: text(80),
    phone1: `${text(20)} not null`,
    phone2: text(20),
    phone3: text(20),
    formula: `${text(20)} not null`,
    extras: text(40),
    subscribed_on: 'date not null',
    expires_on: 'date not null',
    amount: 'numeric(10,2) not null',
    payment_mode: `${text(20)} not null`,
    distributor: `${text(40)} not null`,
    codefinappel: text(20),
    coderefus: text(20),
    called: `${text(1)} not null`,
    called_old: text(1),
    dateappel: 'timestamp',
    call_start: 'timestamp',
    call_end: 'timestamp',
    duration: 'integer',
    attempts: 'integer not null',
    agent: text(8),
    callback_at: 'timestamp',
    satisfaction: 'integer',
    remark: text(200),
  },
  key: 'id',
  indexes: ['fichier', 'segment', 'dateappel'],
};

const attempt: Table<Attempt> = {
  columns: {
    main_id: 'bigint not null',
    number: 'integer not null',
    started: 'timestamp not null',
    duration: 'integer not null',
    status: `${text(20)} not null`,
    agent: text(8),
  },
  key: 'main_id, number',
  indexes: ['started'],
};

const loadReject: Table<LoadReject> = {
  columns: {
    id: 'bigint not null',
    fichier: `${text(60)} not null`,
    segment: `${text(20)} not null`,
    line: 'integer not null',
    reason: `${text(10)} not null`,
    customer_number: `${text(12)} not null`,
    phone: `${text(20)} not null`,
    detail: `${text(80)} not null`,
  },
  key: 'id',
  indexes: ['segment'],
};

const closedFile: Table<ClosedFile> = {
  columns: { fichier: `${text(60)} not null`, reason: `${text(80)} not null` },
  key: 'fichier',
};

const quota: Table<Quota> = {
  columns: { country: `${text(2)} not null`, wanted: 'integer not null' },
  key: 'country',
};

/** The tables by the names that they have in the database. */
export const tables = {
  main,
  attempt,
  load_reject: loadReject,
  closed_file: closedFile,
  quota,
} satisfies Record<string, Table<never>>;

export type TableName = keyof typeof tables;
