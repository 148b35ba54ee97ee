import {
  deliver,
  fail,
  XlsExport,
  type ExportContext,
  type ProducedFile,
  type Sheet,
  type Target,
} from 'regie';

export const target: Target = { period: 'operation', timezone: 'Africa/Dakar' };

/**
 * What became of all lines of an operation's files, when the operator says that it is over: a sheet each for the cards, for lines that were there
 * twice, and for lines that could not be loaded. As .xls, which the client's tool reads.
 */
export default class EndOfOperation extends XlsExport {
  override format = 'xls' as const;
  override file = 'end_of_operation_{segment}.xls';

  override sheets({ source, operation }: ExportContext): Sheet[] {
    const rows = (query: string) => source('outbound').script(query, { segment: operation });
    const rejects = ['fichier', 'ligne', 'numero_client', 'telephone', 'detail'];
    return [
      {
        name: 'main',
        header: [
          'main_id',
          'fichier',
          { name: 'datechargment', format: 'dd/MM/yyyy' },
          'numero_client',
          'numero_carte',
          'telephone',
          'pays',
          { name: 'montant', decimals: 2 },
          'codefinappel',
          'coderefus',
          'called',
          { name: 'dateappel', format: 'dd/MM/yyyy HH:mm' },
          'tentatives',
          'duree',
        ],
        rows: rows(cards),
      },
      { name: 'duplicates', header: rejects, rows: rows(rejected('DUPLICATE')) },
      { name: 'invalid', header: rejects, rows: rows(rejected('INVALID')) },
    ];
  }

  override check({ sheets }: ProducedFile, { operation }: ExportContext) {
    // A segment that there is not, or is written otherwise, has none.
    return sheets[0]?.rows
      ? deliver()
      : fail(`the segment ${operation} has no cards; is it written rightly?`);
  }
}

const cards = `
  select id, fichier, datechargment, customer_number, card_number, phone1, country, amount,
    codefinappel, coderefus, called, dateappel, attempts, duration
  from main
  where segment = :segment
  order by id`;

const rejected = (reason: 'DUPLICATE' | 'INVALID') => `
  select fichier, line, customer_number, phone, detail
  from load_reject
  where segment = :segment and reason = '${reason}'
  order by id`;
