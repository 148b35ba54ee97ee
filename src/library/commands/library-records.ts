import { stringify } from 'csv-stringify/sync';
import { chooseDatabox } from '../model/create-databox.ts';
import { countRecords, findRecords, type FoundRecord, type RecordFilter } from '../records/find-records.ts';
import { statusMask } from '../library-settings.ts';
import { formatStatus } from '../status/mask.ts';
import { UsageError } from '../../command/exit.ts';
import { oneLine } from '../../command/escape-controls.ts';
import type { Session } from '../../command/session.ts';
import { table } from '../../command/table.ts';
import { clock } from '../../command/times.ts';
import { withLibrary } from './library.ts';

export interface RecordsFlags {
  databox?: string;
  collection: string[];
  status?: string;
  where: string[];
  field: string[];
  kind?: string;
  story?: true;
  trash?: true;
  awaits?: string;
  from?: string;
  to?: string;
  limit?: number;
  csv?: true;
}

/** As many as one looks at; CSV has all of them unless it is told otherwise. */
const SHOWN = 100;

export async function showRecords(session: Session, flags: RecordsFlags): Promise<void> {
  const { out } = session;
  const filter = readFilter(flags);
  const streamed = flags.csv === true && !out.json;
  const limit = flags.limit ?? (streamed ? Infinity : SHOWN);
  await withLibrary(session, async (db) => {
    const databox = await chooseDatabox(db, flags.databox);
    const pages = findRecords(db, databox, filter, { fields: flags.field, limit });
    if (streamed) {
      out.raw(stringify([[...columns, ...flags.field]]));
      for await (const page of pages) out.raw(stringify(page.map(csvRow)));
      return;
    }
    const rows: FoundRecord[] = [];
    for await (const page of pages) rows.push(...page);
    out.answer(
      rows.map((row) => toJson(row, flags.field)),
      () => (rows.length === 0 ? 'No record.' : recordTable(rows, flags.field)),
    );
    if (rows.length === limit) {
      const all = await countRecords(db, databox, filter);
      if (all > limit) out.remark(`The latest ${limit} of ${all}; more with --limit, all with --csv.`);
    }
  });
}

function readFilter(flags: RecordsFlags): RecordFilter {
  const { collection, where, kind, story, trash, awaits, from, to } = flags;
  const status = flags.status === undefined ? undefined : statusMask.safeParse(flags.status);
  if (status?.error)
    throw new UsageError(`--status ${JSON.stringify(flags.status)}: ${status.error.issues[0]!.message}.`);
  return {
    collections: collection,
    where,
    ...(status && { status: status.data }),
    ...(kind !== undefined && { kind }),
    ...(story && { type: 'story' as const }),
    ...(trash && { trash }),
    ...(awaits !== undefined && { awaits }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
}

function toJson({ status, fields, ...row }: FoundRecord, names: readonly string[]) {
  return {
    ...row,
    status: formatStatus(status),
    fields: Object.fromEntries(names.map((name, i) => [name, fields[i]])),
  };
}

const columns = ['id', 'collection', 'type', 'kind', 'mime', 'bytes', 'status', 'created', 'name'];

const csvRow = (row: FoundRecord) => [
  row.id,
  row.collection,
  row.type,
  row.kind,
  row.mime,
  row.bytes,
  formatStatus(row.status),
  row.createdAt,
  row.name,
  ...row.fields.map((texts) => texts.join('; ')),
];

function recordTable(rows: readonly FoundRecord[], fields: readonly string[]): string {
  return table(
    [
      'ID',
      'COLLECTION',
      'KIND',
      'BYTES',
      'STATUS',
      'CREATED',
      'NAME',
      ...fields.map((name) => name.toUpperCase()),
    ],
    rows.map((row) => [
      row.id,
      row.collection,
      row.type === 'story' ? 'story' : row.kind,
      String(row.bytes ?? '-'),
      formatStatus(row.status, 1),
      clock(row.createdAt),
      oneLine(row.name),
      ...row.fields.map((texts) => oneLine(texts.join('; ')) || '-'),
    ]),
    [0, 3, 4],
  );
}
