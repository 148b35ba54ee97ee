import { CsvExport, deliver, hold, type ExportContext, type ProducedFile, type Target } from 'regie';

export const target: Target = { timezone: 'Africa/Dakar' };

/** What the quotas of all countries come to. */
const lines = 333;

/**
 * Customers whom quality callers ask how content they are: of each country as many as its quota, those called last, of the last 15 days. Goes out
 * only with exactly 333 lines; otherwise an operator looks at it first.
 */
export default class QualityBarometer extends CsvExport {
  override file = 'barometre_qualite_{yyyy}{MM}{dd}.csv';

  override header = [
    'pays',
    'rang',
    'quota',
    'appels_du_pays',
    'main_id',
    'fichier',
    'nom',
    'prenom',
    'telephone',
    'codefinappel',
    'dateappel',
  ];

  override rows({ source, to }: ExportContext) {
    return source('outbound').script(script, { to });
  }

  override check({ rows }: ProducedFile) {
    return rows === lines ? deliver() : hold(`${lines} lines expected, got ${rows}`);
  }
}

const script = `
  -- Whoever was talked to in the last 15 days.
  create temporary table reached as
  select id, fichier, last_name, first_name, country, phone1, codefinappel, dateappel
  from main
  where called = 'O'
    and dateappel >= cast(:to as date) - interval '15' day
    and dateappel < cast(:to as date);

  -- In each country the latest first.
  create temporary table placed as
  select reached.*,
    row_number() over (partition by country order by dateappel desc, id) as place,
    count(*) over (partition by country) as of_country
  from reached;

  select p.country, p.place, q.wanted, p.of_country, p.id, p.fichier, p.last_name, p.first_name, p.phone1,
    p.codefinappel, p.dateappel
  from placed p
  join quota q on q.country = p.country
  where p.place <= q.wanted
  order by p.country, p.place
  limit ${lines}`;
